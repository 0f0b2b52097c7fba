"""The growing halves of a Record: a check, a service, an edge and the log while events still come. Used by `record`."""

from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import Struct, field

from dovetail.model.data import NOWHERE
from dovetail.model.event import (
    AttemptEnded,
    CheckEnded,
    CheckStarted,
    LogWritten,
    MappedEdge,
    MappedService,
    PlannedCheck,
    ServiceChanged,
    SliceTaken,
    StepEnded,
)
from dovetail.model.exchange import Exchange
from dovetail.model.outcome import StepOutcome, Verdict
from dovetail.model.shelf import Shelf
from dovetail.report.fact import BAD_ENDS, AttemptRecord, CheckRecord, EdgeRecord, ServiceRecord
from dovetail.report.text import hide_password

Told = TypeVar("Told")

LAST_LINES = 20
WINDOW_LINES = 80
SECONDS_BEFORE = 0.5
SECONDS_AFTER = 0.3
LEAVING = frozenset({"stopping", "stopped"})


class LogBook:
    """The last lines of each service, and the window of them around a check."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._lines: dict[str, deque[LogWritten]] = {}
        self._sorted: dict[str, tuple[list[float], list[LogWritten]]] = {}

    def add(self, event: LogWritten) -> None:
        lines = self._lines.get(event.service)
        if lines is None:
            lines = self._lines[event.service] = deque(maxlen=self._kept)
        lines.append(event)
        self._sorted.pop(event.service, None)

    def last(self, service: str) -> tuple[str, ...]:
        lines = self._lines.get(service, ())
        return tuple(event.line for event in list(lines)[-LAST_LINES:])

    def window(self, check: CheckRecord, services: frozenset[str]) -> tuple[LogWritten, ...]:
        """Return what `services` wrote while the attempt that tells the verdict ran, the last lines if too many."""
        attempt = check.telling_attempt
        if attempt is None:
            return ()
        found: list[LogWritten] = []
        for service in services:
            times, lines = self._in_order(service)
            first = bisect_left(times, attempt.started_at - SECONDS_BEFORE)
            behind = bisect_right(times, attempt.ended_at + SECONDS_AFTER)
            found.extend(lines[max(first, behind - WINDOW_LINES) : behind])
        found.sort(key=lambda event: event.at)
        return tuple(found[-WINDOW_LINES:])

    def _in_order(self, service: str) -> tuple[list[float], list[LogWritten]]:
        if service not in self._sorted:
            lines = sorted(self._lines.get(service, ()), key=lambda event: event.at)
            self._sorted[service] = ([event.at for event in lines], lines)
        return self._sorted[service]


class AttemptDraft(Struct):
    start: CheckStarted
    steps: list[StepOutcome] = field(default_factory=list)
    end: AttemptEnded | None = None
    taken: SliceTaken | None = None

    @classmethod
    def again(cls, check: str, told: AttemptRecord) -> "AttemptDraft":
        start = CheckStarted(told.started_at, check, told.number, told.agent, told.isolation, told.trace)
        end = AttemptEnded(
            told.ended_at, check, told.number, told.verdict, told.duration_ms, told.why, told.cleanup_failed
        )
        return cls(start, list(told.steps), end, told.taken)

    def finish(self, last_at: float, unfinished: str) -> AttemptRecord:
        start, end = self.start, self.end
        return AttemptRecord(
            number=start.attempt,
            agent=start.agent,
            started_at=start.at,
            duration_ms=end.duration_ms if end else max(0.0, last_at - start.at) * 1000,
            verdict=end.verdict if end else Verdict.INCONCLUSIVE,
            why=end.why if end else unfinished,
            cleanup_failed=end.cleanup_failed if end else "",
            isolation=start.isolation,
            trace=start.trace,
            steps=tuple(self.steps),
            taken=self.taken,
        )


class CheckDraft(Struct):
    """`told` is the record of a check that has ended; what it was made from goes, and comes again for what is late."""

    planned: PlannedCheck
    attempts: tuple[AttemptDraft, ...] = ()
    acted_on: tuple[str, ...] = ()
    told: CheckRecord | None = None

    def start(self, event: CheckStarted) -> None:
        end = self._reopen()
        self.attempts = (*self.attempts, AttemptDraft(event))
        if end is not None:
            self.end(end)

    def take_slice(self, event: SliceTaken) -> None:
        end = self._reopen()
        self._attempt(event.attempt, event.at).taken = event
        if end is not None:
            self.end(end)

    def step(self, event: StepEnded) -> None:
        end = self._reopen()
        if event.step.on not in self.acted_on:
            self.acted_on = (*self.acted_on, event.step.on)
        self._attempt(event.attempt, event.step.started_at).steps.append(event.step)
        if end is not None:
            self.end(end)

    def end_attempt(self, event: AttemptEnded) -> None:
        end = self._reopen()
        self._attempt(event.attempt, event.at - event.duration_ms / 1000).end = event
        if end is not None:
            self.end(end)

    def end(self, event: CheckEnded) -> None:
        self._reopen()
        attempts = tuple(attempt.finish(event.at, event.why) for attempt in self.attempts)
        self.told = self._tell(event.verdict, event.duration_ms, event.why, attempts)
        self.attempts = ()

    def finish(self, last_at: float, unfinished: str) -> CheckRecord:
        if self.told is not None:
            return self.told
        attempts = tuple(attempt.finish(last_at, unfinished) for attempt in self.attempts)
        why = unfinished if attempts else f"never started: {unfinished}"
        return self._tell(Verdict.INCONCLUSIVE, sum(attempt.duration_ms for attempt in attempts), why, attempts)

    def _tell(self, verdict: Verdict, took: float, why: str, attempts: tuple[AttemptRecord, ...]) -> CheckRecord:
        planned = self.planned
        return CheckRecord(
            id=planned.id,
            name=planned.name,
            scope=planned.scope or "other",
            verdict=verdict,
            place=planned.place,
            tags=planned.tags,
            duration_ms=took,
            why=why,
            attempts=attempts,
        )

    def _attempt(self, number: int, at: float) -> AttemptDraft:
        for attempt in reversed(self.attempts):
            if attempt.start.attempt == number:
                return attempt
        self.attempts = (*self.attempts, AttemptDraft(CheckStarted(at, self.planned.id, number, 0)))
        return self.attempts[-1]

    def _reopen(self) -> CheckEnded | None:
        """Take a record apart again; returns how its check ended, None where it has not."""
        told = self.told
        if told is None:
            return None
        self.told = None
        self.attempts = tuple(AttemptDraft.again(self.planned.id, attempt) for attempt in told.attempts)
        last = max((attempt.ended_at for attempt in told.attempts), default=0.0)
        return CheckEnded(last, self.planned.id, told.verdict, told.duration_ms, len(told.attempts), told.why)


class CheckBook:
    """Every check in the order planned; of many only those that are being played are in memory, not on the shelf."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._shelf = Shelf[CheckDraft]()
        self._open: dict[str, CheckDraft] = {}

    def __len__(self) -> int:
        return len(self._shelf)

    def __iter__(self) -> Iterator[CheckDraft]:
        for draft in self._shelf:
            yield self._open.get(draft.planned.id, draft)

    def name(self, check: str) -> str:
        """Return what a check is called that was heard of."""
        draft = self._open.get(check) or self._shelf[self._numbers[check]]
        return draft.planned.name

    def plan(self, planned: PlannedCheck) -> None:
        """Take a check in; one that was heard of before is now known by name."""
        check = planned.id
        number = self._numbers.get(check)
        if number is None:
            self._numbers[check] = len(self._shelf)
            self._shelf.append(CheckDraft(planned))
        elif check in self._open:
            self._open[check].planned = planned
        else:
            draft = self._shelf[number]
            draft.planned = planned
            self._shelf[number] = draft

    def note(self, check: str, hear: Callable[[CheckDraft, Told], None], told: Told) -> None:
        """Let the draft of a check hear an event; one that has ended goes back to its place."""
        draft = self._open.get(check)
        if draft is None:
            draft = self._take(check)
        hear(draft, told)
        if draft.told is not None:
            self._shelf[self._numbers[check]] = draft
            del self._open[check]

    def _take(self, check: str) -> CheckDraft:
        if check not in self._numbers:
            self.plan(PlannedCheck(check, check, "other", NOWHERE))
        draft = self._open[check] = self._shelf[self._numbers[check]]
        return draft


class ServiceDraft(Struct):
    mapped: MappedService
    changes: list[ServiceChanged] = field(default_factory=list)
    ready_ms: float = 0.0
    first_ready_at: float = 0.0
    address: str = ""

    @classmethod
    def of(cls, name: str) -> "ServiceDraft":
        return cls(MappedService(name, "", ""))

    def hear(self, event: ServiceChanged) -> None:
        self.changes.append(event)
        self.address = hide_password(event.address) or self.address
        if event.state in {"ready", "done"} and not self.first_ready_at:
            self.ready_ms, self.first_ready_at = event.ready_ms, event.at

    def finish(self, log: LogBook) -> ServiceRecord:
        states = [change.state for change in self.changes]
        while states and states[-1] in LEAVING:
            states.pop()
        return ServiceRecord(
            name=self.mapped.name,
            technology=self.mapped.technology,
            kind=self.mapped.kind,
            owner=self.mapped.owner,
            criticality=self.mapped.criticality,
            state=states[-1] if states else "",
            ready_ms=self.ready_ms,
            address=self.address,
            changes=tuple(self.changes),
            last_lines=log.last(self.mapped.name),
        )


class EdgeDraft(Struct):
    mapped: MappedEdge
    times: "array[float]" = field(default_factory=lambda: array("d"))
    failed: int = 0
    faulted: int = 0

    @classmethod
    def of(cls, name: str, technology: str) -> "EdgeDraft":
        source, _, target = name.partition("->")
        return cls(MappedEdge(name, source.strip(), target.strip(), technology))

    def hear(self, exchange: Exchange) -> None:
        self.times.append(exchange.duration_ms)
        if exchange.ended in BAD_ENDS:
            self.failed += 1
        elif exchange.ended == "faulted":
            self.faulted += 1

    def finish(self, *, is_failing: bool) -> EdgeRecord:
        mapped, times = self.mapped, sorted(self.times)
        return EdgeRecord(
            name=mapped.name,
            source=mapped.source,
            target=mapped.target,
            technology=mapped.technology,
            is_asynchronous=mapped.is_asynchronous,
            when_broken=mapped.when_broken,
            calls=len(times),
            failed=self.failed,
            faulted=self.faulted,
            p50_ms=_percentile(times, 0.5),
            p99_ms=_percentile(times, 0.99),
            max_ms=times[-1] if times else 0.0,
            is_failing=is_failing,
            publishes=mapped.publishes,
            consumes=mapped.consumes,
        )


def _percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
