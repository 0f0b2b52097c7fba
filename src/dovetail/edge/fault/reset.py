"""The fault `reset`: connections are reset, new ones and those already open."""

from dovetail.edge.fault.fault import REQUESTS, Fault
from dovetail.edge.fault.passage import Passage
from dovetail.edge.fault.setting import Settings, read_number, read_share
from dovetail.edge.flow import Flow, Stage


def reset(settings: Settings) -> Fault:
    after = read_number(settings, "after")

    def strike(flow: Flow) -> Stage:
        if after:
            flow.at(flow.now() + after, flow.reset)
        else:
            flow.reset()
        return Passage(flow)

    probability = 0.0 if settings.get("enabled") is False else read_share(settings, "probability")
    return Fault(strike, REQUESTS, probability)
