"""The one stream of a run's events: into the journal first, then, with secrets masked, to whoever listens."""

from collections.abc import Callable

from dovetail.environment.stage import Sink
from dovetail.errors import StageError
from dovetail.journal.writer import Journal
from dovetail.model.event import Event, Noticed


class Bus:
    """A journal that can no longer be written ends the run; it is told once, to the listeners alone."""

    def __init__(self, journal: Journal, listeners: tuple[Sink, ...], on_trouble: Callable[[str], None]) -> None:
        self._journal = journal
        self._listeners = listeners
        self._on_trouble = on_trouble
        self.trouble = ""

    def publish(self, event: Event) -> None:
        try:
            masked = self._journal.write(event)
        except StageError as failure:
            self.trouble = failure.problems[0].what
            for listener in self._listeners:
                listener(Noticed(event.at, "error", str(failure)))
            self._on_trouble(self.trouble)
            masked = self._journal.write(event)
        for listener in self._listeners:
            listener(masked)

    def close(self) -> None:
        self._journal.close()
