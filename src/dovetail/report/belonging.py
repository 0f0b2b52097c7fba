"""What belongs to each check: its exchanges, faults and log lines, known once all was heard. Called by `record`."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from dovetail.model.exchange import Exchange
from dovetail.report.attribution import Share, Span, attribute
from dovetail.report.draft import LogBook
from dovetail.report.fact import (
    BAD_ENDS,
    NO_ANSWERS,
    Attribution,
    CheckRecord,
    FaultRecord,
    SeenExchange,
    find_original,
)
from dovetail.report.instance import Instances
from dovetail.report.reach import Reach

NOTHING = Share()


class Belonging:
    """Gives each check what it met, and remembers on which edges those that are not fine met trouble.

    `instances` are the names of all services, also of copies.
    """

    def __init__(self, reach: Reach, faults: Iterable[FaultRecord], instances: Iterable[str], log: LogBook) -> None:
        self.failing_edges: set[str] = set()
        self._reach = reach
        self._instances = Instances(instances)
        self._log = log
        self._faults: dict[str, list[FaultRecord]] = {}
        self._broken: dict[str, list[FaultRecord]] = {}
        for fault in faults:
            self._faults.setdefault(fault.check, []).append(fault)
            self._broken.setdefault(fault.edge, []).append(fault)
        self._touched: dict[tuple[str, ...], frozenset[str]] = {}
        self._exchanges: Sequence[Exchange] = ()
        self._shares: dict[str, Share] = {}

    def share_out(self, exchanges: Sequence[Exchange], played: Iterable[tuple[CheckRecord, tuple[str, ...]]]) -> None:
        """Find out whose each exchange is; `played` are all checks, each with what it acted on."""
        spans = (
            Span(
                check.id,
                attempt.taken.at if attempt.taken else attempt.started_at,
                attempt.ended_at,
                attempt.trace,
                self._instances.met(attempt, self._touch(check, acted_on)),
                check.is_fine,
            )
            for check, acted_on in played
            for attempt in check.attempts
        )
        self._exchanges, self._shares = exchanges, attribute(exchanges, spans, self._reach)

    def add_to(self, check: CheckRecord, acted_on: tuple[str, ...]) -> CheckRecord:
        """Return the check with what belongs to it; log lines are kept of those alone that are not fine."""
        share, faults = self._shares.get(check.id, NOTHING), self._faults.get(check.id, ())
        if check.is_fine and not (share.seen or faults):
            return check
        met = self._instances.met(check.telling_attempt, self._touch(check, acted_on))
        whole = replace(
            check,
            exchanges=tuple(SeenExchange(self._exchanges[given.number], given.by) for given in share.seen),
            exchanges_left_out=share.left_out,
            faults=tuple(faults),
            log=() if check.is_fine else self._log.window(check, met),
        )
        if not check.is_fine:
            self.failing_edges.update(self._find_trouble(whole))
        return whole

    def _find_trouble(self, check: CheckRecord) -> Iterator[str]:
        """Yield the edges on which the step that did not pass met trouble that no fault explains.

        Of exchanges that may belong to another check only those without an answer count: an answer that says no may
        well be what the other one wanted.
        """
        for seen in check.exchanges:
            one, is_shared = seen.exchange, seen.by is Attribution.SHARED
            if one.ended not in (NO_ANSWERS if is_shared else BAD_ENDS):
                continue
            if _is_in_blamed_step(check, one.started_at) and not self._is_explained(one):
                yield find_original(one.edge)

    def _is_explained(self, exchange: Exchange) -> bool:
        return any(fault.lies_at(exchange.started_at) for fault in self._broken.get(exchange.edge, ()))

    def _touch(self, check: CheckRecord, acted_on: tuple[str, ...]) -> frozenset[str]:
        broken = (find_original(fault.edge) for fault in self._faults.get(check.id, ()))
        starts = (*acted_on, *(end for edge in broken for end in self._reach.ends.get(edge, ())))
        known = self._touched.get(starts)
        if known is None:
            known = self._touched[starts] = self._reach.services(starts)
        return known


def _is_in_blamed_step(check: CheckRecord, at: float) -> bool:
    attempt = check.telling_attempt
    step = attempt.blamed_step if attempt else None
    return step is None or step.started_at - 0.01 <= at <= step.started_at + step.duration_ms / 1000
