"""The formats a run can be reported in: one table. Called by `writer` and by the faces for their choices."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import TypeAlias, cast

from msgspec import Struct

from dovetail.report.fact import Record

Drawing: TypeAlias = "bytes | Iterator[bytes] | Mapping[str, bytes]"
"""What a format draws: one file, whole or piece by piece, or a folder of files by name."""


class Format(Struct, frozen=True):
    """`extension` has no dot before it; `drawer` is the function that draws, whose module is loaded when asked for."""

    extension: str
    module: str
    drawer: str

    def render(self, record: Record) -> Drawing:
        draw = cast("Callable[[Record], Drawing]", getattr(import_module(self.module), self.drawer))
        return draw(record)


FORMATS: Mapping[str, Format] = {
    "html": Format("html", "dovetail.report.page.document", "render_page"),
    "json": Format("json", "dovetail.report.json_report", "render_json"),
    "junit": Format("xml", "dovetail.report.junit", "render_junit"),
    "markdown": Format("md", "dovetail.report.markdown", "render_markdown"),
    "ctrf": Format("ctrf.json", "dovetail.report.ctrf", "render_ctrf"),
    "allure": Format("allure", "dovetail.report.allure", "render_allure"),
}
