"""The formats a run can be reported in: one table. Called by `writer` and by the faces for their choices."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import cast

from msgspec import Struct

from dovetail.report.fact import Record


class Format(Struct, frozen=True):
    """`extension` has no dot; `drawer` is the function that draws, whose module is loaded when it is asked for."""

    extension: str
    module: str
    drawer: str

    def render(self, record: Record) -> bytes:
        draw = cast("Callable[[Record], bytes]", getattr(import_module(self.module), self.drawer))
        return draw(record)


FORMATS: Mapping[str, Format] = {
    "html": Format("html", "dovetail.report.page.document", "render_page"),
    "json": Format("json", "dovetail.report.json_report", "render_json"),
    "junit": Format("xml", "dovetail.report.junit", "render_junit"),
    "markdown": Format("md", "dovetail.report.markdown", "render_markdown"),
}
