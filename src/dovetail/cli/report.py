"""`dovetail report`: writes the reports of a run again, in any format, from its journal alone. Called by main."""

import os
import sys

from dovetail.app.config import resolve
from dovetail.app.options import BY_NAME
from dovetail.app.past import ReportOrder, report_again
from dovetail.cli.arguments import add_options, make_parser, read_flags
from dovetail.cli.screen import show_path

OPTIONS = (BY_NAME["report_format"], BY_NAME["report_dir"])


def main(words: list[str]) -> int:
    parser = make_parser("report", "RUN is a run's id or its end; without it the last run is meant.")
    parser.add_argument("run", nargs="?", default="", metavar="RUN", help="which run; or the path of a journal")
    add_options(parser, OPTIONS)
    parsed = parser.parse_args(words[1:])
    settings = resolve(read_flags(parsed, OPTIONS), os.environ, {}, "")
    order = ReportOrder(parsed.file, parsed.run, settings.text("report_dir"), settings.names("report_format"))
    for path in report_again(order):
        sys.stdout.write(f"{show_path(path)}\n")
    return 0
