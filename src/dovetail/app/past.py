"""What earlier runs of a project left to read: their logs and, from their journals, reports in any format."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from dovetail.app.history import History
from dovetail.app.project import find_folder, is_there
from dovetail.errors import Problem, UsageError
from dovetail.errors.nearest import suggest
from dovetail.journal.reader import read_journal
from dovetail.model.event import LogWritten, RunStarted
from dovetail.report.writer import write_reports


class ReportOrder(Struct, frozen=True):
    """`run` is a run's id, its end, or the path of a journal; empty means the last run."""

    start: Path
    run: str
    folder: str
    formats: Sequence[str]


def report_again(order: ReportOrder) -> tuple[Path, ...]:
    """Write the reports of a run that is over, from its journal alone."""
    journal = Path(order.run)
    if order.run and is_there(journal) and journal.is_file():
        folder, stamp = Path.cwd(), journal.resolve().parent.name
    else:
        folder = find_folder(order.start)
        found = History(str(folder)).find(order.run)
        journal, stamp = found.journal, found.id
    return write_reports(read_journal(journal), folder / order.folder, order.formats, stamp)


def read_last_logs(start: Path, services: Sequence[str]) -> Iterator[LogWritten]:
    """Yield what services wrote in the last run; all of them where none is named."""
    for event in read_journal(History(str(find_folder(start))).find("").journal):
        if isinstance(event, RunStarted):
            known = [service.name for service in event.services]
            for name in services:
                if name not in known:
                    raise UsageError(Problem(f"there is no service {name!r} in the last run", suggest(name, known)))
        if isinstance(event, LogWritten) and (not services or event.service in services):
            yield event
