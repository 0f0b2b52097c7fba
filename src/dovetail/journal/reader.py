"""A journal read again, event by event; called by every report."""

from collections.abc import Iterator
from pathlib import Path

from dovetail.errors import Problem, UsageError
from dovetail.journal.line import UnreadableLineError, check_header, read_line
from dovetail.model.event import Event, Noticed


def read_journal(path: Path) -> Iterator[Event]:
    """Yield the events in the order they were written.

    A torn last line (the run was killed while writing) is left out. Any other line that cannot be read, and events of
    a kind that only a newer version knows, are told as Noticed events in their place.
    """
    try:
        file = path.open("rb")
    except OSError as failure:
        raise UsageError(Problem(f"the journal cannot be read: {failure.strerror}", file=str(path))) from failure
    with file:
        check_header(file.readline(), str(path))
        unknown: set[str] = set()
        at = 0.0
        for number, line in enumerate(file, start=2):
            if not line.strip():
                continue
            try:
                event = read_line(line)
            except UnreadableLineError as mistake:
                if line.endswith(b"\n"):
                    yield Noticed(at, "warning", f"line {number} of the journal {path} cannot be read: {mistake}")
                continue
            if isinstance(event, str):
                if event not in unknown:
                    unknown.add(event)
                    yield Noticed(at, "warning", f"this version does not know the event {event}; it is left out")
                continue
            at = event.at
            yield event
