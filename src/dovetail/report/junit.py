"""JUnit XML for CI servers: a suite per scope, failure ≠ error ≠ skipped. Called by `format`.

Only what both the Ant and the Jenkins schema know is written; what came before a flaky check passed stands in
system-out.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from dovetail.model.outcome import StepOutcome, Verdict
from dovetail.report.fact import AttemptRecord, CheckRecord, Record, Totals, told_mismatches
from dovetail.report.finding import Finding, find_causes
from dovetail.report.text import clean, spell_ms


def render_junit(record: Record) -> bytes:
    causes = {check: finding for finding in reversed(find_causes(record)) for check in finding.checks}
    totals = record.totals
    rows = ['<?xml version="1.0" encoding="UTF-8"?>']
    rows.append(
        f'<testsuites name={_quote(record.system or "dovetail")} tests="{totals.checks}" '
        f'failures="{totals.failed}" errors="{totals.inconclusive}" time="{_seconds(record.duration_ms)}">'
    )
    for scope, scoped in record.scopes.items():
        rows.extend(_suite(record, scope, scoped, causes))
    rows.append("</testsuites>\n")
    return "\n".join(rows).encode()


def _suite(record: Record, scope: str, totals: Totals, causes: dict[str, Finding]) -> Iterator[str]:
    checks = record.of_scope(scope)
    took = sum(check.duration_ms for check in checks)
    began = min((attempt.started_at for check in checks for attempt in check.attempts), default=record.started_at)
    stamp = datetime.fromtimestamp(began, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    yield (
        f'  <testsuite name={_quote(scope)} tests="{totals.checks}" failures="{totals.failed}" '
        f'errors="{totals.inconclusive}" skipped="{totals.skipped}" time="{_seconds(took)}" timestamp="{stamp}">'
    )
    facts = {"environment": record.environment, "seed": record.seed, "run": record.run, "flaky": str(totals.flaky)}
    yield "    <properties>"
    for name, value in facts.items():
        yield f"      <property name={_quote(name)} value={_quote(value)}/>"
    yield "    </properties>"
    for check in checks:
        yield from _case(record, check, causes.get(check.id))
    yield "  </testsuite>"


def _case(record: Record, check: CheckRecord, finding: Finding | None) -> Iterator[str]:
    home = ".".join(part for part in (record.system, check.scope) if part)
    head = f'name={_quote(check.name)} classname={_quote(home)} time="{_seconds(check.duration_ms)}"'
    body = list(_result(check, finding))
    if not body:
        yield f"    <testcase {head}/>"
        return
    yield f"    <testcase {head}>"
    yield from (f"      {row}" for row in body)
    yield "    </testcase>"


def _result(check: CheckRecord, finding: Finding | None) -> Iterator[str]:
    if check.verdict is Verdict.SKIPPED:
        yield f"<skipped message={_quote(check.why or 'skipped')}/>"
        return
    kind = finding.kind if finding else check.verdict.value
    told = _tell(check, finding)
    if check.verdict in {Verdict.FAILED, Verdict.INCONCLUSIVE}:
        tag = "failure" if check.verdict is Verdict.FAILED else "error"
        yield f"<{tag} type={_quote(kind)} message={_quote(_headline(check, finding))}>{_escape(told)}</{tag}>"
    if check.verdict is Verdict.FLAKY:
        passed = f"flaky: passed on attempt {len(check.attempts)} of {len(check.attempts)}"
        yield f"<system-out>{_escape(f'{passed}{chr(10)}{told}')}</system-out>"
    if check.log and check.verdict is not Verdict.PASSED:
        lines = "\n".join(f"{event.service} | {event.line}" for event in check.log)
        yield f"<system-err>{_escape(lines)}</system-err>"


def _headline(check: CheckRecord, finding: Finding | None) -> str:
    attempt = check.telling_attempt
    step = attempt.blamed_step if attempt else None
    if step and told_mismatches(step):
        first = told_mismatches(step)[0]
        return f"{first.path}: expected {first.expected}, got {first.got}"
    if step and step.error:
        return step.error
    return check.why or (finding.title if finding else check.verdict.value)


def _tell(check: CheckRecord, finding: Finding | None) -> str:
    rows = [str(check.place)] if check.place.file else []
    rows += [check.why] if check.why else []
    for attempt in check.attempts:
        rows.extend(_tell_attempt(attempt, is_alone=len(check.attempts) == 1))
    if check.cleanup_failed:
        rows.append(f"cleanup failed: {check.cleanup_failed}")
    if finding:
        rows.append(f"{'likely' if check.id in finding.likely else 'because'}  {finding.title}")
        rows.extend(f"  {one.source} | {one.text}" for one in finding.evidence)
        rows.append(f"next     {' · '.join(finding.next)}")
    return "\n".join(rows)


def _tell_attempt(attempt: AttemptRecord, *, is_alone: bool) -> Iterator[str]:
    if not is_alone:
        took = spell_ms(attempt.duration_ms)
        yield f"attempt {attempt.number}: {attempt.verdict} after {took} {attempt.why}".rstrip()
    for step in attempt.steps:
        if step.verdict is not Verdict.PASSED:
            yield from _tell_step(step)


def _tell_step(step: StepOutcome) -> Iterator[str]:
    where = f"{step.place}  " if step.place.file else ""
    yield f"{where}{step.request or step.name} on {step.on}{f': {step.error}' if step.error else ''}"
    for one in told_mismatches(step):
        spot = f"{one.place}  " if one.place.file else ""
        yield f"  {spot}{one.path}: expected {one.expected}, got {one.got}{f'  ({one.why})' if one.why else ''}"
    yield from (f"  {one.at:.2f} s  saw {one.saw}" for one in step.sightings)


def _quote(value: str) -> str:
    return '"' + _escape(value).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;") + '"'


def _escape(value: str) -> str:
    return clean(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3f}"
