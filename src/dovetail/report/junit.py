"""JUnit XML for CI servers: a suite per scope, failure ≠ error ≠ skipped. Called by `format`.

Only what both the Ant and the Jenkins schema know is written; what came before a flaky check passed stands in
system-out.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from dovetail.model.outcome import Verdict
from dovetail.report.fact import CheckRecord, Record, Totals
from dovetail.report.finding import Finding, find_causes
from dovetail.report.run_case import with_run_case
from dovetail.report.telling import causes_by_check, headline, tell_check, tell_log
from dovetail.report.text import clean, escape


def render_junit(record: Record) -> Iterator[bytes]:
    for row in _tell(record):
        yield f"{row}\n".encode()


def _tell(record: Record) -> Iterator[str]:
    causes = causes_by_check(find_causes(record))
    record = with_run_case(record)
    totals = record.totals
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<testsuites name={_quote(record.system or "dovetail")} tests="{totals.checks}" '
        f'failures="{totals.failed}" errors="{totals.inconclusive}" time="{_seconds(record.duration_ms)}">'
    )
    for scope, scoped in record.scopes.items():
        yield from _suite(record, scope, scoped, causes)
    yield "</testsuites>"


def _suite(record: Record, scope: str, totals: Totals, causes: Mapping[str, Finding]) -> Iterator[str]:
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
    told = tell_check(check, finding)
    if check.verdict in {Verdict.FAILED, Verdict.INCONCLUSIVE}:
        tag = "failure" if check.verdict is Verdict.FAILED else "error"
        yield f"<{tag} type={_quote(kind)} message={_quote(headline(check, finding))}>{_escape(told)}</{tag}>"
    if check.verdict is Verdict.FLAKY:
        passed = f"flaky: passed on attempt {len(check.attempts)} of {len(check.attempts)}"
        yield f"<system-out>{_escape(f'{passed}{chr(10)}{told}')}</system-out>"
    if check.log and check.verdict is not Verdict.PASSED:
        yield f"<system-err>{_escape(chr(10).join(tell_log(check)))}</system-err>"


def _quote(value: str) -> str:
    return '"' + _escape(value).replace("\n", "&#10;").replace("\t", "&#9;") + '"'


def _escape(value: str) -> str:
    return escape(clean(value))


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3f}"
