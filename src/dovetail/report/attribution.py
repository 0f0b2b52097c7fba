"""To which check an exchange belongs: by its trace, else by being alone in time and reach. Called by `record`."""

from array import array
from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from dovetail.model.exchange import Exchange
from dovetail.report.fact import Attribution
from dovetail.report.reach import Reach

KEPT_PER_CHECK = 200


class Span(Struct, frozen=True):
    """One attempt of a check in time, from when it had its slice, and the instances of services it could touch."""

    check: str
    started_at: float
    ended_at: float
    trace: str
    services: frozenset[str]
    is_fine: bool = False


class Given(Struct, frozen=True):
    """The number of an exchange, and how it is known whose it is."""

    number: int
    by: Attribution


class Share(Struct):
    """What one check was given; `left_out` counts what was too much to keep."""

    seen: list[Given] = field(default_factory=list)
    left_out: int = 0

    def add(self, number: int, by: Attribution) -> None:
        if len(self.seen) < KEPT_PER_CHECK:
            self.seen.append(Given(number, by))
        else:
            self.left_out += 1


def attribute(exchanges: Sequence[Exchange], spans: Iterable[Span], reach: Reach) -> dict[str, Share]:
    """Share the exchanges out.

    One that several checks could have caused goes, marked as shared, to those of them that did not pass.
    """
    shares: dict[str, Share] = {}
    waiting = sorted(spans, key=lambda span: -span.started_at)
    by_trace = {span.trace: span for span in waiting if span.trace}
    active: list[Span] = []
    times = array("d", (exchange.started_at for exchange in exchanges))
    for number in sorted(range(len(times)), key=times.__getitem__):
        exchange = exchanges[number]
        owner = by_trace.get(exchange.trace)
        if owner is not None:
            shares.setdefault(owner.check, Share()).add(number, Attribution.TRACE)
            continue
        at = exchange.started_at
        while waiting and waiting[-1].started_at <= at:
            active.append(waiting.pop())
        active = [span for span in active if span.ended_at >= at]
        user = reach.user(exchange.edge)
        owners = {span.check: span for span in active if user in span.services}
        by = Attribution.ALONE if len(owners) == 1 else Attribution.SHARED
        for check, span in owners.items():
            if by is Attribution.ALONE or not span.is_fine:
                shares.setdefault(check, Share()).add(number, by)
    return shares
