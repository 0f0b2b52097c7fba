"""The JSON report: a versioned, documented shape, checked by `schema.json` beside this module. Called by `format`."""

from datetime import UTC, datetime
from typing import Literal

import msgspec

from dovetail.model.data import Place
from dovetail.model.outcome import StepOutcome
from dovetail.report.fact import AttemptRecord, CheckRecord, FaultRecord, Record, SeenExchange, ServiceRecord, Totals
from dovetail.report.finding import Finding, find_causes

SCHEMA_VERSION = 1
KEPT_EXCHANGES = 50

VerdictWord = Literal["passed", "failed", "flaky", "inconclusive", "skipped"]


class TotalsView(msgspec.Struct):
    checks: int
    passed: int
    failed: int
    flaky: int
    inconclusive: int
    skipped: int


class MismatchView(msgspec.Struct):
    """One expectation that did not hold."""

    path: str
    expected: str
    got: str
    why: str
    place: str


class SightingView(msgspec.Struct):
    """One answer seen while the step waited; `at_ms` counts from the step's begin."""

    at_ms: float
    saw: str


class StepView(msgspec.Struct):
    name: str
    verb: str
    on: str
    verdict: VerdictWord
    started_at: str
    duration_ms: float
    expectations: int
    mismatches: list[MismatchView]
    error: str
    request: str
    answer: str
    sightings: list[SightingView]
    is_cleanup: bool
    place: str


class AttemptView(msgspec.Struct):
    number: int
    agent: int
    verdict: VerdictWord
    started_at: str
    duration_ms: float
    why: str
    cleanup_failed: str
    isolation: str
    trace: str
    steps: list[StepView]


class ExchangeView(msgspec.Struct):
    """`by` says how the exchange is known to belong to the check; a shared one may belong to another."""

    edge: str
    technology: str
    request: str
    answer: str
    ended: str
    started_at: str
    duration_ms: float
    trace: str
    by: Literal["trace", "alone", "shared"]


class FaultView(msgspec.Struct):
    edge: str
    kind: str
    settings: dict[str, str]
    check: str
    injected_at: str
    lifted_at: str


class CheckView(msgspec.Struct):
    """`attempts` is how often the check ran.

    `steps`, `started_at`, `agent`, `isolation` and `trace` are of the attempt that tells the verdict: the last one, of
    a flaky check the last that did not pass. `other_attempts` holds the rest.
    """

    id: str
    name: str
    scope: str
    verdict: VerdictWord
    duration_ms: float
    attempts: int
    place: str
    tags: list[str]
    why: str
    cleanup_failed: str
    started_at: str
    agent: int
    isolation: str
    trace: str
    steps: list[StepView]
    other_attempts: list[AttemptView]
    exchanges: list[ExchangeView]
    exchanges_left_out: int
    faults: list[FaultView]


class EvidenceView(msgspec.Struct):
    source: str
    text: str


class FindingView(msgspec.Struct):
    """One cause, the checks it explains, what shows it and what to do next."""

    kind: str
    title: str
    verdict: VerdictWord
    checks: list[str]
    service: str
    edge: str
    when: str
    evidence: list[EvidenceView]
    next: list[str]


class ChangeView(msgspec.Struct):
    at: str
    state: str
    detail: str


class ServiceView(msgspec.Struct):
    name: str
    technology: str
    kind: str
    owner: str
    criticality: float
    state: str
    ready_ms: float
    address: str
    changes: list[ChangeView]


class EdgeView(msgspec.Struct):
    """`failed` counts answers that said no or never came, `faulted` those given by a fault."""

    name: str
    source: str
    target: str
    technology: str
    is_asynchronous: bool
    when_broken: str
    calls: int
    failed: int
    faulted: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    is_failing: bool


class NoticeView(msgspec.Struct):
    at: str
    level: str
    text: str


class TeardownView(msgspec.Struct):
    took_ms: float
    remains: list[str]


class ReportView(msgspec.Struct):
    """One run of Dovetail. Times are ISO 8601 in UTC, durations milliseconds, places file:line."""

    schema_version: int
    verdict: VerdictWord
    exit_code: int
    causes: list[str]
    is_complete: bool
    run: str
    system: str
    environment: str
    seed: str
    dovetail_version: str
    agents: int
    options: dict[str, str]
    started_at: str
    duration_ms: float
    ready_ms: float
    totals: TotalsView
    scopes: dict[str, TotalsView]
    findings: list[FindingView]
    checks: list[CheckView]
    services: list[ServiceView]
    edges: list[EdgeView]
    faults: list[FaultView]
    notices: list[NoticeView]
    teardown: TeardownView


def render_json(record: Record) -> bytes:
    return msgspec.json.encode(view_report(record)) + b"\n"


def view_report(record: Record) -> ReportView:
    return ReportView(
        schema_version=SCHEMA_VERSION,
        verdict=record.verdict.value,
        exit_code=record.exit_code,
        causes=list(record.causes),
        is_complete=record.is_complete,
        run=record.run,
        system=record.system,
        environment=record.environment,
        seed=record.seed,
        dovetail_version=record.version,
        agents=record.agents,
        options=dict(record.options),
        started_at=_moment(record.started_at),
        duration_ms=_ms(record.duration_ms),
        ready_ms=_ms(record.ready_ms),
        totals=_totals(record.totals),
        scopes={scope: _totals(totals) for scope, totals in record.scopes.items()},
        findings=[_finding(finding) for finding in find_causes(record)],
        checks=[_check(check) for check in record.checks],
        services=[_service(service) for service in record.services],
        edges=[msgspec.convert(msgspec.to_builtins(edge), EdgeView) for edge in record.edges],
        faults=[_fault(fault) for fault in record.faults],
        notices=[NoticeView(_moment(notice.at), notice.level, notice.text) for notice in record.notices],
        teardown=TeardownView(_ms(record.teardown_ms), list(record.remains)),
    )


def _totals(totals: Totals) -> TotalsView:
    return TotalsView(totals.checks, totals.passed, totals.failed, totals.flaky, totals.inconclusive, totals.skipped)


def _check(check: CheckRecord) -> CheckView:
    telling = check.telling_attempt
    others = [_attempt(attempt) for attempt in check.attempts if attempt is not telling]
    left_out = max(0, len(check.exchanges) - KEPT_EXCHANGES) + check.exchanges_left_out
    return CheckView(
        id=check.id,
        name=check.name,
        scope=check.scope,
        verdict=check.verdict.value,
        duration_ms=_ms(check.duration_ms),
        attempts=len(check.attempts),
        place=_place(check.place),
        tags=list(check.tags),
        why=check.why,
        cleanup_failed=check.cleanup_failed,
        started_at=_moment(telling.started_at) if telling else "",
        agent=telling.agent if telling else 0,
        isolation=telling.isolation if telling else "",
        trace=telling.trace if telling else "",
        steps=[_step(step) for step in telling.steps] if telling else [],
        other_attempts=others,
        exchanges=[_exchange(seen) for seen in check.exchanges[:KEPT_EXCHANGES]],
        exchanges_left_out=left_out,
        faults=[_fault(fault) for fault in check.faults],
    )


def _attempt(attempt: AttemptRecord) -> AttemptView:
    return AttemptView(
        number=attempt.number,
        agent=attempt.agent,
        verdict=attempt.verdict.value,
        started_at=_moment(attempt.started_at),
        duration_ms=_ms(attempt.duration_ms),
        why=attempt.why,
        cleanup_failed=attempt.cleanup_failed,
        isolation=attempt.isolation,
        trace=attempt.trace,
        steps=[_step(step) for step in attempt.steps],
    )


def _step(step: StepOutcome) -> StepView:
    return StepView(
        name=step.name,
        verb=step.verb,
        on=step.on,
        verdict=step.verdict.value,
        started_at=_moment(step.started_at),
        duration_ms=_ms(step.duration_ms),
        expectations=step.expectations,
        mismatches=[
            MismatchView(one.path, one.expected, one.got, one.why, _place(one.place)) for one in step.mismatches
        ],
        error=step.error,
        request=step.request,
        answer=step.answer,
        sightings=[SightingView(_ms(one.at * 1000), one.saw) for one in step.sightings],
        is_cleanup=step.is_cleanup,
        place=_place(step.place),
    )


def _exchange(seen: SeenExchange) -> ExchangeView:
    one = seen.exchange
    return ExchangeView(
        edge=one.edge,
        technology=one.technology,
        request=one.request,
        answer=one.answer,
        ended=one.ended,
        started_at=_moment(one.started_at),
        duration_ms=_ms(one.duration_ms),
        trace=one.trace,
        by=seen.by.value,
    )


def _fault(fault: FaultRecord) -> FaultView:
    lifted = _moment(fault.lifted_at) if fault.lifted_at else ""
    return FaultView(fault.edge, fault.kind, dict(fault.settings), fault.check, _moment(fault.injected_at), lifted)


def _finding(finding: Finding) -> FindingView:
    return FindingView(
        kind=finding.kind,
        title=finding.title,
        verdict=finding.verdict.value,
        checks=list(finding.checks),
        service=finding.service,
        edge=finding.edge,
        when=finding.when,
        evidence=[EvidenceView(one.source, one.text) for one in finding.evidence],
        next=list(finding.next),
    )


def _service(service: ServiceRecord) -> ServiceView:
    return ServiceView(
        name=service.name,
        technology=service.technology,
        kind=service.kind,
        owner=service.owner,
        criticality=service.criticality,
        state=service.state,
        ready_ms=_ms(service.ready_ms),
        address=service.address,
        changes=[ChangeView(_moment(change.at), change.state, change.detail) for change in service.changes],
    )


def _place(place: Place) -> str:
    return str(place) if place.file else ""


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ms(milliseconds: float) -> float:
    return round(milliseconds, 3)
