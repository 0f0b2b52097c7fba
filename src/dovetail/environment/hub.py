"""The one place where a stage's events come together; every part tells, every client listens.

Called by everything on the stage; events wait until the first listener is there.
"""

import time
from collections.abc import Callable

from dovetail.environment.stage import Sink
from dovetail.model.event import Event, Noticed, ServiceChanged

LONGEST_BACKLOG = 20_000


class Hub:
    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._sinks: list[Sink] = []
        self._backlog: list[Event] | None = []
        self._latest: dict[str, ServiceChanged] = {}

    def tell(self, event: Event) -> None:
        if isinstance(event, ServiceChanged):
            self._latest[event.service] = event
        if self._backlog is not None and len(self._backlog) < LONGEST_BACKLOG:
            self._backlog.append(event)
        for sink in tuple(self._sinks):
            sink(event)

    def note(self, text: str, level: str = "note") -> None:
        self.tell(Noticed(self.clock(), level, text))

    def listen(self, sink: Sink) -> None:
        """Hand every event from now on to `sink`.

        The first listener also gets all that came before, a later one how each service stands.
        """
        past = self._latest.values() if self._backlog is None else self._backlog
        self._sinks.append(sink)
        self._backlog = None
        for event in tuple(past):
            sink(event)

    def forget(self, sink: Sink) -> None:
        self._sinks.remove(sink)
