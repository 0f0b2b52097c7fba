"""The stage that changes nothing; faults that only end connections or change single bytes start from it."""

from dovetail.edge.flow import Flow


class Passage:
    def __init__(self, flow: Flow) -> None:
        self.flow = flow

    def feed(self, data: bytes) -> None:
        self.flow.pass_on(data)

    def end(self) -> None:
        self.flow.pass_end()

    def release(self) -> None:
        """Nothing is held."""
