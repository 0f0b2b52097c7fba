"""The fault `slow_close`: the end of a connection arrives late."""

from dovetail.edge.fault.fault import Fault
from dovetail.edge.fault.setting import Settings, read_directions, read_needed, read_share
from dovetail.edge.flow import Flow


class SlowClose:
    def __init__(self, flow: Flow, delay: float) -> None:
        self._flow = flow
        self._delay = delay
        self._is_ending = False

    def feed(self, data: bytes) -> None:
        self._flow.pass_on(data)

    def end(self) -> None:
        self._is_ending = True
        self._flow.at(self._flow.now() + self._delay, self._flow.pass_end)

    def release(self) -> None:
        if self._is_ending:
            self._flow.pass_end()


def slow_close(settings: Settings) -> Fault:
    delay = read_needed(settings, "delay")
    return Fault(lambda flow: SlowClose(flow, delay), read_directions(settings), read_share(settings, "probability"))
