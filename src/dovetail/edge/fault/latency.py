"""The fault `latency`: data arrives later, each piece by the delay and up to the jitter more or less."""

from collections import deque

from dovetail.edge.fault.fault import Fault
from dovetail.edge.fault.setting import Settings, read_directions, read_number, read_share
from dovetail.edge.flow import Flow


class Latency:
    """Keeps order: a piece is never due before the one it follows."""

    def __init__(self, flow: Flow, delay: float, jitter: float) -> None:
        self._flow = flow
        self._delay = delay
        self._jitter = jitter
        self._last = 0.0
        self._queue: deque[tuple[float, bytes | None]] = deque()

    def feed(self, data: bytes) -> None:
        self._flow.hold(len(data))
        self._put(data)

    def end(self) -> None:
        self._put(None)

    def release(self) -> None:
        while self._queue:
            self._pass_first()

    def _put(self, data: bytes | None) -> None:
        delay = self._delay
        if self._jitter:
            delay += self._flow.random.uniform(-self._jitter, self._jitter)
        self._last = max(self._last, self._flow.now() + max(0.0, delay))
        self._queue.append((self._last, data))
        if len(self._queue) == 1:
            self._flow.at(self._last, self._ring)

    def _ring(self) -> None:
        now = self._flow.now()
        while self._queue and self._queue[0][0] <= now:
            self._pass_first()
        if self._queue:
            self._flow.at(self._queue[0][0], self._ring)

    def _pass_first(self) -> None:
        _, data = self._queue.popleft()
        if data is None:
            self._flow.pass_end()
        else:
            self._flow.pass_on(data)
            self._flow.free(len(data))


def latency(settings: Settings) -> Fault:
    delay, jitter = read_number(settings, "delay"), read_number(settings, "jitter")
    return Fault(
        lambda flow: Latency(flow, delay, jitter), read_directions(settings), read_share(settings, "probability")
    )
