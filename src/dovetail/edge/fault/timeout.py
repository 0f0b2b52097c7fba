"""The fault `timeout`: nothing arrives any more, then the connection is closed; 0 waits for the fault to be lifted."""

from dovetail.edge.fault.fault import Fault
from dovetail.edge.fault.setting import Settings, read_directions, read_number, read_share
from dovetail.edge.flow import Flow


class Timeout:
    """Holds all that comes, so that nothing is lost where the fault is lifted before the connection is closed."""

    def __init__(self, flow: Flow, after: float) -> None:
        self._flow = flow
        self._held: list[bytes] = []
        self._has_ended = False
        if after:
            flow.at(flow.now() + after, flow.close)

    def feed(self, data: bytes) -> None:
        self._flow.hold(len(data))
        self._held.append(data)

    def end(self) -> None:
        self._has_ended = True

    def release(self) -> None:
        held, self._held = self._held, []
        for data in held:
            self._flow.pass_on(data)
            self._flow.free(len(data))
        if self._has_ended:
            self._flow.pass_end()


def timeout(settings: Settings) -> Fault:
    after = read_number(settings, "after")
    return Fault(lambda flow: Timeout(flow, after), read_directions(settings), read_share(settings, "probability"))
