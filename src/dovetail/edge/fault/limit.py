"""The fault `limit`: the connection ends after some bytes, counted from when the fault reached it."""

from dovetail.edge.fault.fault import Fault
from dovetail.edge.fault.passage import Passage
from dovetail.edge.fault.setting import Settings, read_directions, read_number, read_share
from dovetail.edge.flow import Flow


class Limit(Passage):
    def __init__(self, flow: Flow, count: int) -> None:
        super().__init__(flow)
        self._left = count

    def feed(self, data: bytes) -> None:
        passed = data[: self._left]
        self._left -= len(passed)
        self.flow.pass_on(passed)
        if not self._left:
            self.flow.finish()


def limit(settings: Settings) -> Fault:
    count = int(read_number(settings, "bytes"))
    return Fault(lambda flow: Limit(flow, count), read_directions(settings), read_share(settings, "probability"))
