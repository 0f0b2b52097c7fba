"""`dovetail report`: writes the reports of a run again, in any format, from its journal alone. Called by main."""

import os
import sys
from pathlib import Path

from dovetail.app.config import resolve
from dovetail.app.history import History
from dovetail.app.options import BY_NAME
from dovetail.cli.arguments import add_options, make_parser, read_flags
from dovetail.journal.reader import read_journal
from dovetail.report.writer import write_reports
from dovetail.source.location import find_system

OPTIONS = (BY_NAME["report_format"], BY_NAME["report_dir"])


def main(words: list[str]) -> int:
    parser = make_parser("report", "RUN is a run's id or its end; without it the last run is meant.")
    parser.add_argument("run", nargs="?", default="", metavar="RUN", help="which run; or the path of a journal")
    add_options(parser, OPTIONS)
    parsed = parser.parse_args(words[1:])
    settings = resolve(read_flags(parsed, OPTIONS), os.environ, {}, "")
    journal = Path(parsed.run)
    if parsed.run and journal.is_file():
        folder, stamp = Path.cwd(), journal.parent.name
    else:
        folder = find_system(parsed.file).parent
        found = History(str(folder)).find(parsed.run)
        journal, stamp = found.journal, found.id
    formats = settings.names("report_format")
    for path in write_reports(read_journal(journal), folder / settings.text("report_dir"), formats, stamp):
        sys.stdout.write(f"{os.path.relpath(path)}\n")
    return 0
