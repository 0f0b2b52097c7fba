"""The fault `slice`: data arrives in small pieces, with a pause between them if one is asked for."""

from collections import deque

from dovetail.edge.fault.fault import Fault
from dovetail.edge.fault.setting import Settings, read_directions, read_needed, read_number, read_share
from dovetail.edge.flow import Flow

BURST = 64


class Slice:
    """Cuts what it holds piece by piece; after a burst of pieces without a pause other connections have their turn."""

    def __init__(self, flow: Flow, size: int, vary: int, delay: float) -> None:
        self._flow = flow
        self._size = size
        self._vary = min(vary, size - 1)
        self._delay = delay
        self._queue: deque[memoryview] = deque()
        self._is_waiting = self._is_ending = False

    def feed(self, data: bytes) -> None:
        self._flow.hold(len(data))
        self._queue.append(memoryview(data))
        if not self._is_waiting:
            self._ring()

    def end(self) -> None:
        self._is_ending = True
        if not self._queue:
            self._flow.pass_end()

    def release(self) -> None:
        while self._queue:
            self._pass_first()

    def _ring(self) -> None:
        self._is_waiting = False
        for _ in range(1 if self._delay else BURST):
            if self._queue:
                self._pass_first()
        if self._queue:
            self._is_waiting = True
            self._flow.at(self._flow.now() + self._delay, self._ring)

    def _pass_first(self) -> None:
        first = self._queue[0]
        size = self._size - (self._flow.random.randint(0, self._vary) if self._vary else 0)
        piece = bytes(first[:size])
        if len(first) > size:
            self._queue[0] = first[size:]
        else:
            self._queue.popleft()
        self._flow.pass_on(piece)
        self._flow.free(len(piece))
        if not self._queue and self._is_ending:
            self._flow.pass_end()


def slice_data(settings: Settings) -> Fault:
    size, vary = int(read_needed(settings, "size")), int(read_number(settings, "vary"))
    delay = read_number(settings, "delay")
    return Fault(
        lambda flow: Slice(flow, max(1, size), vary, delay),
        read_directions(settings),
        read_share(settings, "probability"),
    )
