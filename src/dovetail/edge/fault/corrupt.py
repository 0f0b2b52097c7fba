"""The fault `corrupt`: some bytes arrive changed, none is lost."""

import math
from random import Random

from dovetail.edge.fault.fault import Fault
from dovetail.edge.fault.passage import Passage
from dovetail.edge.fault.setting import Settings, read_directions, read_needed, read_share
from dovetail.edge.flow import Flow


class Corrupt(Passage):
    """Draws the gap to the next changed byte rather than a lot for each byte."""

    def __init__(self, flow: Flow, share: float) -> None:
        super().__init__(flow)
        self._share = share
        self._gap = draw_gap(flow.random, share)

    def feed(self, data: bytes) -> None:
        changed = bytearray(data)
        while self._gap < len(changed):
            changed[self._gap] ^= self.flow.random.randint(1, 255)
            self._gap += 1 + draw_gap(self.flow.random, self._share)
        self._gap -= len(changed)
        self.flow.pass_on(bytes(changed))


def draw_gap(random: Random, share: float) -> int:
    """Return how many bytes stay whole before the next changed one."""
    if share >= 1:
        return 0
    return int(math.log(1.0 - random.random()) / math.log1p(-share))


def corrupt(settings: Settings) -> Fault:
    read_needed(settings, "share")
    share = read_share(settings, "share")
    return Fault(lambda flow: Corrupt(flow, share), read_directions(settings), read_share(settings, "probability"))
