"""The fold from events to one Record: `read_run` of a journal, or a Recorder that hears a run while it is played."""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from dovetail.model.event import (
    AttemptEnded,
    CheckEnded,
    CheckPlanned,
    CheckStarted,
    Event,
    ExchangeSeen,
    FaultInjected,
    FaultLifted,
    LogWritten,
    Noticed,
    RunEnded,
    RunStarted,
    ServiceChanged,
    SliceTaken,
    StepEnded,
    TornDown,
)
from dovetail.model.exchange import Exchange
from dovetail.model.outcome import ExitCode, Verdict
from dovetail.model.shelf import Shelf
from dovetail.report.draft import CheckBook, CheckDraft, EdgeDraft, LogBook, ServiceDraft
from dovetail.report.fact import SLICE, CheckRecord, FaultRecord, Readiness, Record, Tally, Totals, find_original
from dovetail.report.reach import Reach

if TYPE_CHECKING:
    from dovetail.report.belonging import Belonging

BELONGING = "dovetail.report.belonging"
CUT_SHORT = "the run was cut short"
LINES_KEPT = 20_000
INTERRUPTED = "interrupted by"

Handler: TypeAlias = Callable[[Any], None]


def read_run(events: Iterable[Event]) -> Record:
    """Fold a whole stream; one that ends early reads as inconclusive."""
    recorder = Recorder()
    hear = recorder.hear
    for event in events:
        hear(event)
    return recorder.record()


class _Finished(Struct, frozen=True):
    checks: Shelf[CheckRecord]
    tally: Tally
    failing_edges: frozenset[str]


class Recorder:
    """Hears events one by one and can say at any moment what the run looks like."""

    def __init__(self) -> None:
        self.start: RunStarted | None = None
        self.end: RunEnded | None = None
        self.checks = CheckBook()
        self._services: dict[str, ServiceDraft] = {}
        self._edges: dict[str, EdgeDraft] = {}
        self._faults: dict[str, FaultRecord] = {}
        self._exchanges = Shelf[Exchange]()
        self._callers: set[str] = set()
        self._log = LogBook(LINES_KEPT)
        self._notices: list[Noticed] = []
        self._torn_down: TornDown | None = None
        self._last_at = 0.0
        self._first_at = 0.0
        self._drawn: Record | None = None
        self._handlers: dict[type[Event], Handler] = {
            RunStarted: self._hear_start,
            ServiceChanged: self._hear_service,
            LogWritten: self._hear_log,
            ExchangeSeen: self._hear_exchange,
            CheckPlanned: self._hear_plan,
            CheckStarted: self._hear_check_start,
            SliceTaken: self._hear_slice,
            StepEnded: self._hear_step,
            AttemptEnded: self._hear_attempt_end,
            CheckEnded: self._hear_check_end,
            FaultInjected: self._hear_fault,
            FaultLifted: self._hear_lift,
            TornDown: self._hear_teardown,
            Noticed: self._hear_notice,
            RunEnded: self._hear_end,
        }

    @property
    def heard(self) -> frozenset[type[Event]]:
        """The kinds of events that leave a trace in the record."""
        return frozenset(self._handlers)

    def hear(self, event: Event) -> None:
        at = event.at
        self._drawn = None
        self._first_at = self._first_at or at
        self._last_at = max(self._last_at, at)
        handle = self._handlers.get(type(event))
        if handle is not None:
            handle(event)

    def record(self) -> Record:
        """Return what the run looks like after all that was heard."""
        if self._drawn is None:
            self._drawn = self._draw()
        return self._drawn

    def readiness(self) -> Readiness:
        """Return the services alone, which does not ask for the checks."""
        begin = self.start.at if self.start else self._first_at
        services = tuple(draft.finish(self._log) for draft in self._services.values())
        return Readiness(services, self._ready_after(begin) * 1000)

    def _draw(self) -> Record:
        start = self.start or RunStarted(self._first_at, "", "", "", "", "", 0)
        reach = Reach(start.edges)
        faults = tuple(self._faults.values())
        finished = self._finish_checks(reach, faults)
        totals = finished.tally.total()
        verdict, exit_code, causes = self._conclude(totals)
        readiness = self.readiness()
        return Record(
            run=start.run,
            system=start.system,
            environment=start.environment,
            seed=start.seed,
            version=start.version,
            agents=start.agents,
            options=start.options,
            started_at=start.at,
            duration_ms=self.end.duration_ms if self.end else (self._last_at - start.at) * 1000,
            verdict=verdict,
            exit_code=exit_code,
            causes=causes,
            is_complete=self.end is not None,
            services=readiness.services,
            edges=tuple(draft.finish(is_failing=name in finished.failing_edges) for name, draft in self._edges.items()),
            checks=finished.checks.finish(),
            faults=faults,
            notices=tuple(self._notices),
            totals=totals,
            scopes=finished.tally.by_scope(),
            ready_ms=readiness.ready_ms,
            teardown_ms=self._torn_down.took_ms if self._torn_down else 0.0,
            remains=self._torn_down.remains if self._torn_down else (),
        )

    def _ready_after(self, begin: float) -> float:
        """Return the seconds until the last service was ready, 0 where all were before or one never was."""
        started = [draft for name, draft in self._services.items() if draft.changes and SLICE not in name]
        if not all(draft.first_ready_at for draft in started):
            return 0.0
        return max((draft.first_ready_at - begin for draft in started if draft.first_ready_at > begin), default=0.0)

    def _conclude(self, totals: Totals) -> tuple[Verdict, int, tuple[str, ...]]:
        if self.end:
            return self.end.verdict, self.end.exit_code, self.end.causes
        failures = (f"{totals.failed} failed before that",) if totals.failed else ()
        return Verdict.INCONCLUSIVE, int(ExitCode.INCONCLUSIVE), (CUT_SHORT, *failures)

    def _finish_checks(self, reach: Reach, faults: tuple[FaultRecord, ...]) -> _Finished:
        """Give every check what belongs to it; each is looked at once, for of many a look has its price."""
        interrupted = (
            next((cause for cause in self.end.causes if cause.startswith(INTERRUPTED)), "") if self.end else ""
        )
        unfinished = interrupted or ("never ended" if self.end else CUT_SHORT)
        belonging = self._find_belonging(reach, faults) if self._exchanges or faults else None
        if belonging is not None and self._exchanges:
            played = ((draft.finish(self._last_at, unfinished), draft.acted_on) for draft in self.checks)
            belonging.share_out(self._exchanges, played)
        checks, tally = Shelf[CheckRecord](), Tally()
        for draft in self.checks:
            check = draft.finish(self._last_at, unfinished)
            if belonging is None and not check.is_fine:
                belonging = self._find_belonging(reach, faults)
            checks.append(check if belonging is None else belonging.add_to(check, draft.acted_on))
            tally.count(check)
        return _Finished(checks, tally, frozenset(belonging.failing_edges if belonging else ()))

    def _find_belonging(self, reach: Reach, faults: tuple[FaultRecord, ...]) -> "Belonging":
        """Load what a green run without edges can do without."""
        found: Belonging = import_module(BELONGING).Belonging(
            reach, faults, {*self._services, *self._callers}, self._log
        )
        return found

    def _hear_start(self, event: RunStarted) -> None:
        if self.start is None:
            self.start = event
        for service in event.services:
            self._services.setdefault(service.name, ServiceDraft(service))
        for edge in event.edges:
            self._edges.setdefault(edge.name, EdgeDraft(edge))
        for planned in event.checks:
            self.checks.plan(planned)

    def _hear_service(self, event: ServiceChanged) -> None:
        if event.service not in self._services:
            self._services[event.service] = ServiceDraft.of(event.service)
        self._services[event.service].hear(event)

    def _hear_log(self, event: LogWritten) -> None:
        self._log.add(event)

    def _hear_exchange(self, event: ExchangeSeen) -> None:
        exchange = event.exchange
        edge = find_original(exchange.edge)
        if edge != exchange.edge:
            self._callers.add(exchange.edge.partition(" -> ")[0])
        draft = self._edges.get(edge)
        if draft is None:
            draft = self._edges[edge] = EdgeDraft.of(edge, exchange.technology)
        draft.hear(exchange)
        self._exchanges.append(exchange)

    def _hear_plan(self, event: CheckPlanned) -> None:
        self.checks.plan(event.check)

    def _hear_check_start(self, event: CheckStarted) -> None:
        self.checks.note(event.check, CheckDraft.start, event)

    def _hear_slice(self, event: SliceTaken) -> None:
        self.checks.note(event.check, CheckDraft.take_slice, event)

    def _hear_step(self, event: StepEnded) -> None:
        self.checks.note(event.check, CheckDraft.step, event)

    def _hear_attempt_end(self, event: AttemptEnded) -> None:
        self.checks.note(event.check, CheckDraft.end_attempt, event)

    def _hear_check_end(self, event: CheckEnded) -> None:
        self.checks.note(event.check, CheckDraft.end, event)

    def _hear_fault(self, event: FaultInjected) -> None:
        self._faults[event.lease] = FaultRecord(
            event.lease, event.edge, event.kind, event.settings, event.check, event.at
        )

    def _hear_lift(self, event: FaultLifted) -> None:
        fault = self._faults.get(event.lease)
        if fault is not None:
            self._faults[event.lease] = replace(fault, lifted_at=event.at, why=event.why)

    def _hear_teardown(self, event: TornDown) -> None:
        self._torn_down = event

    def _hear_notice(self, event: Noticed) -> None:
        self._notices.append(event)

    def _hear_end(self, event: RunEnded) -> None:
        self.end = event
