"""`dovetail logs`: shows what services wrote, of what runs now or else of the last run. Called by main."""

import sys
import time
from collections.abc import Iterable

from dovetail.app.history import History
from dovetail.app.loop import run_async
from dovetail.app.warm import read_logs, require_stage
from dovetail.cli.arguments import make_parser
from dovetail.environment.stage import LogLine
from dovetail.errors import Problem, StageError, UsageError
from dovetail.journal.reader import read_journal
from dovetail.model.event import LogWritten, RunStarted
from dovetail.source.location import find_system
from dovetail.source.nearest import suggest


def main(words: list[str]) -> int:
    parser = make_parser("logs", "Without a running environment, the logs of the last run are shown.", ("--file",))
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="only these; all by default")
    parser.add_argument("-f", "--follow", action="store_true", help="go on as lines come, until Ctrl-C")
    parsed = parser.parse_args(words[1:])
    folder = str(find_system(parsed.file).parent)
    try:
        require_stage(folder)
    except StageError:
        if parsed.follow:
            raise
        show_last_run(folder, frozenset(parsed.services))
        return 0
    run_async(show_live(folder, parsed.services, is_followed=parsed.follow))
    return 0


async def show_live(folder: str, services: Iterable[str], *, is_followed: bool) -> None:
    async for line in read_logs(folder, services, is_followed=is_followed):
        write_line(line)


def show_last_run(folder: str, services: frozenset[str]) -> None:
    """Write the lines that the last run's journal holds."""
    for event in read_journal(History(folder).find("").journal):
        if isinstance(event, RunStarted):
            known = [service.name for service in event.services]
            for name in services.difference(known):
                raise UsageError(Problem(f"there is no service {name!r} in the last run", suggest(name, known)))
        if isinstance(event, LogWritten) and (not services or event.service in services):
            write_line(LogLine(event.at, event.service, event.line))


def write_line(line: LogLine) -> None:
    at = time.strftime("%H:%M:%S", time.localtime(line.at))
    sys.stdout.write(f"{at} {line.service} │ {line.text}\n")
    sys.stdout.flush()
