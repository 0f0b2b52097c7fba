"""The formats a run can be reported in: one table. Called by `writer` and by the faces for their choices."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from dovetail.report.fact import Record
from dovetail.report.json_report import render_json
from dovetail.report.junit import render_junit
from dovetail.report.markdown import render_markdown
from dovetail.report.page.document import render_page


class Format(Struct, frozen=True):
    """`extension` has no dot."""

    extension: str
    render: Callable[[Record], bytes]


FORMATS: Mapping[str, Format] = {
    "html": Format("html", render_page),
    "json": Format("json", render_json),
    "junit": Format("xml", render_junit),
    "markdown": Format("md", render_markdown),
}
