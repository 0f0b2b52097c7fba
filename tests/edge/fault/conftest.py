"""A flow whose ends are lists and whose clock moves by hand: what one stage does, without a socket."""

import heapq
from collections.abc import Callable

import pytest

from dovetail.edge.flow import Flow
from dovetail.edge.proxy import Fittings


class HandAlarm:
    def __init__(self, call: Callable[[], None]) -> None:
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self.call = None


class HandFlow(Flow):
    """Time passes in `wait`; everything passed on stands in `passed`, with its moment."""

    def __init__(self) -> None:
        self.time = 0.0
        self.passed: list[tuple[float, bytes]] = []
        self.ended_at: float | None = None
        self.closed = self.was_reset = False
        self._due: list[tuple[float, int, HandAlarm]] = []
        self._count = 0
        super().__init__(self, self, Fittings().random)  # type: ignore[arg-type]  # it is its own host and timer
        self.random.seed(3)
        self.pass_on = lambda data: self.passed.append((self.time, data))
        self.pass_end = self._end

    @property
    def data(self) -> bytes:
        return b"".join(data for _, data in self.passed)

    def now(self) -> float:
        return self.time

    def at(self, when: float, call: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._due, (when, self._count, HandAlarm(call)))

    def stop(self) -> None:
        self._due.clear()

    def wait(self, seconds: float) -> None:
        until = self.time + seconds
        while self._due and self._due[0][0] <= until:
            self.time, _, alarm = heapq.heappop(self._due)
            if alarm.call is not None:
                alarm.call()
        self.time = until

    def ease(self) -> None:
        """Nobody waits for room here."""

    def close(self) -> None:
        self.closed = True

    def finish(self) -> None:
        self.closed = True

    def reset(self) -> None:
        self.was_reset = True

    def _end(self) -> None:
        self.ended_at = self.time


@pytest.fixture
def flow() -> HandFlow:
    return HandFlow()
