"""The fault `refuse`: nobody listens at the door, and open connections are cut."""

from dovetail.edge.fault.fault import REQUESTS, Fault
from dovetail.edge.fault.passage import Passage
from dovetail.edge.fault.setting import Settings
from dovetail.edge.flow import Flow, Stage


def refuse(settings: Settings) -> Fault:
    is_on = settings.get("enabled") is not False
    return Fault(_cut, REQUESTS, probability=float(is_on), shuts_door=is_on)


def _cut(flow: Flow) -> Stage:
    flow.reset()
    return Passage(flow)
