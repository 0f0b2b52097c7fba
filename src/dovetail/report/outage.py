"""When a service was not there to answer, from its changes of state. Called by `absence`."""

from collections.abc import Iterator

from msgspec import Struct

from dovetail.model.event import ServiceChanged
from dovetail.report.fact import ServiceRecord

TOLD_LATE = 0.5
ABSENT = frozenset({"failed", "paused", "stopping", "stopped"})
PRESENT = frozenset({"ready", "done"})
ENDLESS = float("inf")


class Outage(Struct, frozen=True):
    """`change` is how it began; `until` is when the service was there again, infinity where it never was."""

    service: ServiceRecord
    change: ServiceChanged
    until: float = ENDLESS

    @property
    def is_exit(self) -> bool:
        """Whether the service ended by itself, rather than by somebody's order."""
        return self.change.state == "failed"

    @property
    def is_end_of_slice(self) -> bool:
        """Whether a slice only was taken down because it had served; nobody was meant to miss it."""
        return self.service.is_slice and not self.is_exit and not self.change.detail

    def covers(self, begin: float, end: float) -> bool:
        """Tell whether some of it lies between two moments; an exit is noticed a moment after it happened."""
        return self.change.at <= end + (TOLD_LATE if self.is_exit else 0.0) and self.until > begin


def find_outages(service: ServiceRecord) -> Iterator[Outage]:
    """Yield every absence of `service`; what follows the first change of one belongs to it."""
    begun: ServiceChanged | None = None
    for change in service.changes:
        if begun is None and change.state in ABSENT:
            begun = change
        elif begun is not None and change.state in PRESENT:
            yield Outage(service, begun, change.at)
            begun = None
    if begun is not None:
        yield Outage(service, begun)
