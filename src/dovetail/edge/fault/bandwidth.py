"""The fault `bandwidth`: data arrives at no more than so many bytes a second."""

from collections import deque

from dovetail.edge.fault.fault import Fault
from dovetail.edge.fault.setting import Settings, read_directions, read_needed, read_share
from dovetail.edge.flow import Flow

BEAT = 0.02


class Bandwidth:
    """Sends a small piece each beat, when the line would have carried it."""

    def __init__(self, flow: Flow, rate: float) -> None:
        self._flow = flow
        self._rate = rate
        self._piece = max(1, int(rate * BEAT))
        self._queue: deque[memoryview] = deque()
        self._free_at = 0.0
        self._is_ending = False

    def feed(self, data: bytes) -> None:
        self._flow.hold(len(data))
        self._queue.append(memoryview(data))
        if len(self._queue) == 1:
            self._free_at = max(self._free_at, self._flow.now())
            self._plan()

    def end(self) -> None:
        self._is_ending = True
        if not self._queue:
            self._flow.pass_end()

    def release(self) -> None:
        while self._queue:
            self._pass_first(len(self._queue[0]))

    def _plan(self) -> None:
        self._free_at += min(self._piece, len(self._queue[0])) / self._rate
        self._flow.at(self._free_at, self._ring)

    def _ring(self) -> None:
        self._pass_first(self._piece)
        if self._queue:
            self._plan()

    def _pass_first(self, most: int) -> None:
        first = self._queue[0]
        piece = bytes(first[:most])
        if len(first) > most:
            self._queue[0] = first[most:]
        else:
            self._queue.popleft()
        self._flow.pass_on(piece)
        self._flow.free(len(piece))
        if not self._queue and self._is_ending:
            self._flow.pass_end()


def bandwidth(settings: Settings) -> Fault:
    rate = read_needed(settings, "rate")
    return Fault(lambda flow: Bandwidth(flow, rate), read_directions(settings), read_share(settings, "probability"))
