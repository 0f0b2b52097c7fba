"""`dovetail logs`: shows what services wrote, of what runs now or else of the last run. Called by main."""

import os
import sys
import time
from collections.abc import Sequence

from dovetail.app.loop import run_async
from dovetail.app.past import read_last_logs
from dovetail.app.project import find_folder
from dovetail.app.warm import is_running, read_logs
from dovetail.cli.arguments import make_parser
from dovetail.cli.quoting import quoting
from dovetail.cli.width import columns_of
from dovetail.report.terminal import fold, width_of

INDENT = 2


def main(words: list[str]) -> int:
    parser = make_parser("logs", "Without a running environment, the logs of the last run are shown.", ("--file",))
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="only these; all by default")
    parser.add_argument("-f", "--follow", action="store_true", help="go on as lines come, until Ctrl-C")
    parsed = parser.parse_args(words[1:])
    folder = str(find_folder(parsed.file))
    with quoting(os.environ, sys.stdout):
        if parsed.follow or is_running(folder):
            run_async(show_live(folder, parsed.services, is_followed=parsed.follow))
            return 0
        for event in read_last_logs(parsed.file, parsed.services):
            write_line(event.at, event.service, event.line)
    return 0


async def show_live(folder: str, services: Sequence[str], *, is_followed: bool) -> None:
    async for line in read_logs(folder, services, is_followed=is_followed):
        write_line(line.at, line.service, line.text)


def write_line(at: float, service: str, text: str) -> None:
    lead = f"{time.strftime('%H:%M:%S', time.localtime(at))} {service} │ "
    sys.stdout.write("".join(f"{row}\n" for row in lay_out(lead, text, columns_of(sys.stdout))))
    sys.stdout.flush()


def lay_out(lead: str, text: str, width: int | None) -> list[str]:
    """Fold a line under its text where the lead is short, else under its beginning; what is coloured stays whole."""
    if width is None or not text.isprintable() or width_of(lead + text) <= width:
        return [lead + text]
    indent = width_of(lead) if width_of(lead) <= width // 3 else INDENT
    first, *rest = fold(text, width - indent, max(1, width - width_of(lead)))
    return [(lead + first).rstrip(), *(" " * indent + row for row in rest)]
