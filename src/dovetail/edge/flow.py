"""One direction of one connection as a fault sees it; made by the connection, used by every file in `fault/`."""

import time
from collections.abc import Callable
from enum import StrEnum
from random import Random
from typing import Protocol

from dovetail.wire.timer import Alarm, Timer


class Direction(StrEnum):
    REQUEST = "request"
    ANSWER = "answer"


class Stage(Protocol):
    """What a fault does to one direction of one connection."""

    def feed(self, data: bytes) -> None: ...

    def end(self) -> None:
        """Hear that the sender has ended; passing that on is the stage's to do."""
        ...

    def release(self) -> None:
        """Pass on at once all that is held: the fault is lifted."""
        ...


class Host(Protocol):
    """What a flow asks of its connection."""

    def end(self, how: str) -> None: ...

    def close(self, how: str) -> None: ...

    def cut(self, how: str) -> None: ...

    def ease(self) -> None:
        """Hear that less is held than before."""
        ...


class Flow:
    """Where a stage passes data on to, its clock, its randomness, and how it ends the connection."""

    def __init__(self, host: Host, timer: Timer, random: Random) -> None:
        self._host = host
        self._timer = timer
        self._alarms: set[Alarm] = set()
        self.random = random
        self.pass_on: Callable[[bytes], None] = _pass_nothing
        self.pass_end: Callable[[], None] = _pass_no_end
        self.held = 0
        self._is_stopped = False

    def now(self) -> float:
        return time.monotonic()

    def hold(self, count: int) -> None:
        self.held += count

    def free(self, count: int) -> None:
        self.held -= count
        self._host.ease()

    def at(self, when: float, call: Callable[[], None]) -> None:
        """Call at a moment of `now`, unless the fault is lifted or the connection gone by then."""
        if self._is_stopped:
            return

        def ring() -> None:
            self._alarms.discard(alarm)
            call()

        alarm = self._timer.at(when, ring)
        self._alarms.add(alarm)

    def finish(self) -> None:
        """End both ways once all that was passed on has gone out, also through the faults behind this one."""
        self._host.end("faulted")

    def close(self) -> None:
        """Close both ways now, whatever other faults hold."""
        self._host.close("faulted")

    def reset(self) -> None:
        self._host.cut("faulted")

    def stop(self) -> None:
        self._is_stopped = True
        for alarm in self._alarms:
            alarm.cancel()
        self._alarms.clear()


def _pass_nothing(_data: bytes) -> None:
    """Stand in until the flow is linked."""


def _pass_no_end() -> None:
    """Stand in until the flow is linked."""
