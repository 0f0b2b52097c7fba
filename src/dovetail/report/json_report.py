"""The JSON report: a record in its versioned, documented shape, checked by `schema.json`. Called by `format`."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from dovetail.model.data import Place
from dovetail.model.outcome import StepOutcome
from dovetail.report.fact import AttemptRecord, CheckRecord, FaultRecord, Record, SeenExchange, ServiceRecord, Totals
from dovetail.report.finding import Finding, find_causes
from dovetail.report.json_shape import (
    SCHEMA_VERSION,
    AttemptView,
    ChangeView,
    CheckView,
    EdgeView,
    EvidenceView,
    ExchangeView,
    FaultView,
    FindingView,
    MismatchView,
    NoticeView,
    ReportView,
    ServiceView,
    SightingView,
    StepView,
    TeardownView,
    TotalsView,
)

CHECKS = "checks"
KEPT_EXCHANGES = 50


def render_json(record: Record) -> Iterator[bytes]:
    """Yield the report field by field and check by check: that of a large run is never held whole."""
    view = view_report(record)
    gap = b"{"
    for name in view.__struct_fields__:
        yield b'%b"%b":' % (gap, name.encode())
        yield from _write_checks(record) if name == CHECKS else (msgspec.json.encode(getattr(view, name)),)
        gap = b","
    yield b"}\n"


def _write_checks(record: Record) -> Iterator[bytes]:
    gap = b""
    yield b"["
    for check in record.checks:
        yield gap + msgspec.json.encode(_check(check))
        gap = b","
    yield b"]"


def view_report(record: Record) -> ReportView:
    """Return the report but for its checks."""
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
        checks=[],
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
        slice=telling.slice_name if telling else "",
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
        slice=attempt.slice_name,
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
        likely=list(finding.likely),
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
