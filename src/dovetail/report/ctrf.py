"""The report in the Common Test Report Format (ctrf.io), one JSON document. Called by `format`.

Only what was proven is `passed`: an inconclusive check is `other`, a flaky one `passed` with `flaky` and its retries.
A test tells the last attempt, `retryAttempts` those before it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from dovetail.model.outcome import StepOutcome, Verdict
from dovetail.report.ctrf_shape import (
    AttemptExtra,
    Cause,
    Document,
    Environment,
    EnvironmentExtra,
    Results,
    RetryAttempt,
    Status,
    Step,
    StepExtra,
    Summary,
    SummaryExtra,
    Test,
    TestExtra,
    Tool,
)
from dovetail.report.fact import AttemptRecord, CheckRecord, Record, told_mismatches
from dovetail.report.finding import Finding, find_causes
from dovetail.report.identity import identify
from dovetail.report.run_case import with_run_case
from dovetail.report.telling import causes_by_check, headline, headline_attempt, tell_attempt, tell_check, tell_log
from dovetail.report.text import clean

SPEC_VERSION = "0.0.0"
STATUSES: dict[Verdict, Status] = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "failed",
    Verdict.FLAKY: "passed",
    Verdict.INCONCLUSIVE: "other",
    Verdict.SKIPPED: "skipped",
}


def render_ctrf(record: Record) -> bytes:
    causes = causes_by_check(find_causes(record))
    record = with_run_case(record)
    document = Document(
        format="CTRF",
        spec_version=SPEC_VERSION,
        report_id=str(identify(record.run, record.system, "ctrf")),
        timestamp=datetime.fromtimestamp(_end(record), UTC).isoformat(timespec="milliseconds"),
        generated_by=clean(f"dovetail {record.version}").rstrip(),
        results=Results(
            tool=Tool(name="dovetail", version=clean(record.version)),
            summary=_summary(record),
            tests=[_test(record, check, causes.get(check.id)) for check in record.checks],
            environment=_environment(record),
        ),
    )
    return msgspec.json.encode(document) + b"\n"


def _summary(record: Record) -> Summary:
    totals = record.totals
    return Summary(
        tests=totals.checks,
        passed=totals.passed + totals.flaky,
        failed=totals.failed,
        skipped=totals.skipped,
        pending=0,
        other=totals.inconclusive,
        flaky=totals.flaky,
        suites=len(record.scopes),
        start=_ms(record.started_at),
        stop=_ms(_end(record)),
        duration=round(record.duration_ms),
        extra=SummaryExtra(
            verdict=record.verdict.value,
            exit_code=record.exit_code,
            is_complete=record.is_complete,
            causes=_cleaned(record.causes),
        ),
    )


def _environment(record: Record) -> Environment:
    return Environment(
        report_name=clean(f"{record.system} · {record.environment}"),
        app_name=clean(record.system),
        test_environment=clean(record.environment),
        extra=EnvironmentExtra(
            run=record.run, seed=clean(record.seed), agents=record.agents, options=dict(record.options)
        ),
    )


def _test(record: Record, check: CheckRecord, finding: Finding | None) -> Test:
    last = check.attempts[-1] if check.attempts else None
    is_told = check.verdict in {Verdict.FAILED, Verdict.INCONCLUSIVE}
    message = headline(check, finding) if is_told else check.why if check.verdict is Verdict.SKIPPED else ""
    return Test(
        id=str(identify(record.system, check.id)),
        name=clean(check.name) or clean(check.id) or "check",
        status=STATUSES[check.verdict],
        duration=round(check.duration_ms),
        start=_ms(check.attempts[0].started_at) if last else 0,
        stop=_ms(last.ended_at) if last else 0,
        suite=(clean(check.scope),),
        message=clean(message),
        trace=clean(tell_check(check, finding)) if is_told else "",
        file_path=clean(check.place.file),
        line=check.place.line,
        raw_status=check.verdict.value,
        tags=_cleaned(check.tags),
        type="integration",
        retries=max(0, len(check.attempts) - 1),
        retry_attempts=tuple(_attempt(attempt) for attempt in check.attempts[:-1]),
        flaky=check.verdict is Verdict.FLAKY,
        stderr=_cleaned(tell_log(check)),
        thread_id=f"agent {last.agent}" if last else "",
        steps=_steps(last) if last else (),
        extra=TestExtra(
            id=clean(check.id),
            trace_id=last.trace if last else "",
            isolation=last.isolation if last else "",
            slice=last.slice_name if last else "",
            cleanup_failed=clean(check.cleanup_failed),
            cause=_cause(check, finding) if finding else None,
        ),
    )


def _attempt(attempt: AttemptRecord) -> RetryAttempt:
    return RetryAttempt(
        attempt=attempt.number,
        status=STATUSES[attempt.verdict],
        duration=round(attempt.duration_ms),
        start=_ms(attempt.started_at),
        stop=_ms(attempt.ended_at),
        message="" if attempt.verdict is Verdict.PASSED else clean(headline_attempt(attempt)),
        trace=clean("\n".join(tell_attempt(attempt, is_alone=True))),
        extra=AttemptExtra(
            verdict=attempt.verdict.value,
            agent=attempt.agent,
            trace_id=attempt.trace,
            isolation=attempt.isolation,
            slice=attempt.slice_name,
            cleanup_failed=clean(attempt.cleanup_failed),
            steps=_steps(attempt),
        ),
    )


def _steps(attempt: AttemptRecord) -> tuple[Step, ...]:
    return tuple(_step(step) for step in attempt.steps)


def _step(step: StepOutcome) -> Step:
    return Step(
        name=clean(step.request or step.name),
        status=STATUSES[step.verdict],
        extra=StepExtra(
            verdict=step.verdict.value,
            verb=step.verb,
            start=_ms(step.started_at),
            duration=round(step.duration_ms),
            on=clean(step.on),
            place=clean(str(step.place)) if step.place.file else "",
            answer=clean(step.answer),
            error=clean(step.error),
            expectations=step.expectations,
            mismatches=_cleaned(f"{one.path}: expected {one.expected}, got {one.got}" for one in told_mismatches(step)),
            is_cleanup=step.is_cleanup,
        ),
    )


def _cause(check: CheckRecord, finding: Finding) -> Cause:
    return Cause(
        kind=finding.kind,
        title=clean(finding.title),
        is_likely=check.id in finding.likely,
        evidence=_cleaned(f"{one.source} | {one.text}" for one in finding.evidence),
        next=_cleaned(finding.next),
    )


def _cleaned(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(clean(text) for text in texts)


def _end(record: Record) -> float:
    return record.started_at + record.duration_ms / 1000


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
