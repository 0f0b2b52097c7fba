"""The report as Allure's result files, a folder of them: one result per attempt of a check. Called by `format`.

Allure shows the results of one check with its last attempt and the earlier ones as retries. An inconclusive check is
`broken`. Every cause is a category. The files are the same whenever a run is reported again.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from dovetail.model.outcome import StepOutcome, Verdict
from dovetail.report.allure_shape import Attachment, Category, Pair, Result, Status, StatusDetails, Step
from dovetail.report.fact import AttemptRecord, Attribution, CheckRecord, Record, SeenExchange
from dovetail.report.finding import Finding, find_causes
from dovetail.report.identity import identify
from dovetail.report.run_case import with_run_case
from dovetail.report.telling import (
    causes_by_check,
    headline,
    headline_attempt,
    headline_step,
    shorten_line,
    tell_attempt,
    tell_check,
    tell_step,
)
from dovetail.report.text import clean, on_one_line, spell_ms

STATUSES: dict[Verdict, Status] = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "failed",
    Verdict.FLAKY: "passed",
    Verdict.INCONCLUSIVE: "broken",
    Verdict.SKIPPED: "skipped",
}
SEVERITIES = ("blocker", "critical", "normal", "minor", "trivial")
ENDED = "finished"
MOST_CATEGORIES = 50
LAST_ASCII = 0x7E
Files = dict[str, bytes]


def render_allure(record: Record) -> Mapping[str, bytes]:
    """Return the files of the folder by name."""
    findings = find_causes(record)
    causes = causes_by_check(findings)
    files: Files = {
        "environment.properties": _environment(record),
        "categories.json": msgspec.json.encode(list(_categories(findings))),
    }
    for check in with_run_case(record).checks:
        for result in _results(record, check, causes.get(check.id), files):
            files[f"{result.uuid}-result.json"] = msgspec.json.encode(result)
    return files


def _results(record: Record, check: CheckRecord, finding: Finding | None, files: Files) -> Iterator[Result]:
    """Yield a result for each attempt, or the one of a check that never began; attachments go into `files`."""
    if not check.attempts:
        unplayed = AttemptRecord(0, 0, record.started_at, 0.0, check.verdict, check.why)
        yield _result(record, check, unplayed, _details(check, finding), files)
        return
    for attempt in check.attempts[:-1]:
        yield _result(record, check, attempt, _details_of_attempt(attempt), files)
    yield _result(record, check, check.attempts[-1], _details(check, finding), files)


def _result(
    record: Record, check: CheckRecord, attempt: AttemptRecord, details: StatusDetails | None, files: Files
) -> Result:
    is_last = not check.attempts or attempt is check.attempts[-1]
    is_telling = not check.is_fine and (attempt is check.telling_attempt or not check.attempts)
    uuid = str(identify(record.run, record.system, check.id, str(attempt.number)))
    return Result(
        uuid=uuid,
        history_id=identify(record.system, check.id, record.environment).hex,
        test_case_id=identify(record.system, check.id).hex,
        full_name=clean(check.id),
        name=clean(check.name) or clean(check.id) or "check",
        status=STATUSES[check.verdict if is_last else attempt.verdict],
        stage=ENDED,
        start=_ms(attempt.started_at),
        stop=_ms(attempt.ended_at),
        status_details=details,
        labels=tuple(_labels(record, check, attempt)),
        parameters=(Pair(name="environment", value=clean(record.environment)),),
        steps=tuple(_step(step) for step in attempt.steps),
        attachments=tuple(_attach(record, check, files)) if is_telling else (),
    )


def _details(check: CheckRecord, finding: Finding | None) -> StatusDetails | None:
    if check.verdict is Verdict.PASSED:
        return None
    if check.verdict is Verdict.SKIPPED:
        return StatusDetails(message=clean(check.why))
    told = clean(tell_check(check, finding))
    if check.verdict is Verdict.FLAKY:
        passed = f"flaky: passed on attempt {len(check.attempts)} of {len(check.attempts)}"
        return StatusDetails(message=passed, trace=told, flaky=True)
    return StatusDetails(message=clean(headline(check, finding)), trace=told)


def _details_of_attempt(attempt: AttemptRecord) -> StatusDetails | None:
    if attempt.verdict is Verdict.PASSED:
        return None
    told = "\n".join(tell_attempt(attempt, is_alone=True))
    return StatusDetails(message=clean(headline_attempt(attempt)), trace=clean(told))


def _labels(record: Record, check: CheckRecord, attempt: AttemptRecord) -> Iterator[Pair]:
    labels = {
        "parentSuite": record.system,
        "suite": check.scope,
        "host": record.environment,
        "thread": f"agent {attempt.agent}" if check.attempts else "",
        "framework": "dovetail",
        "language": "python" if check.place.file.endswith(".py") else "yaml",
        "layer": "integration",
        "severity": next((tag for tag in SEVERITIES if tag in check.tags), ""),
    }
    yield from (Pair(name=name, value=clean(value)) for name, value in labels.items() if clean(value))
    yield from (Pair(name="tag", value=clean(tag)) for tag in check.tags)


def _step(step: StepOutcome) -> Step:
    name = clean(step.request or step.name)
    facts = {"on": step.on, "answer": step.answer, "place": str(step.place) if step.place.file else ""}
    details = None
    if step.verdict is not Verdict.PASSED:
        details = StatusDetails(message=clean(headline_step(step)), trace=clean("\n".join(tell_step(step))))
    return Step(
        name=f"cleanup: {name}" if step.is_cleanup else name,
        status=STATUSES[step.verdict],
        stage=ENDED,
        start=_ms(step.started_at),
        stop=_ms(step.started_at + step.duration_ms / 1000),
        status_details=details,
        parameters=tuple(Pair(name=fact, value=clean(value)) for fact, value in facts.items() if value),
    )


def _attach(record: Record, check: CheckRecord, files: Files) -> Iterator[Attachment]:
    """Put what happened on the edges and in the services into files of their own."""
    exchanges = [_tell_exchange(seen) for seen in check.exchanges]
    if check.exchanges_left_out:
        exchanges.append(f"and {check.exchanges_left_out} more, which only the journal holds")
    log = [f"{_clock(event.at)}  {event.service} | {shorten_line(event.line)}" for event in check.log]
    faults = [f"{_clock(fault.injected_at)}  {fault.edge}: {fault.words}" for fault in check.faults]
    told = {"exchanges on the edges": exchanges, "what the services wrote": log, "what the check broke": faults}
    for name, rows in told.items():
        if rows:
            source = f"{identify(record.run, record.system, check.id, name)}-attachment.txt"
            files[source] = clean("".join(f"{row}\n" for row in rows)).encode()
            yield Attachment(name=name, source=source, type="text/plain")


def _tell_exchange(seen: SeenExchange) -> str:
    one = seen.exchange
    doubt = "  (may belong to another check)" if seen.by is Attribution.SHARED else ""
    answer = f"{one.ended} {on_one_line(one.answer)}".rstrip()
    told = f"{on_one_line(one.request)} → {answer}"
    return f"{_clock(one.started_at)}  {one.edge}  {told}  {spell_ms(one.duration_ms)}{doubt}"


def _categories(findings: Sequence[Finding]) -> Iterator[Category]:
    """Yield one category for each cause: Allure groups by what stands in the trace."""
    for finding in [finding for finding in findings if finding.checks][:MOST_CATEGORIES]:
        if finding.verdict is not Verdict.FLAKY:
            title = clean(finding.title).partition("\n")[0]
            pattern = rf"[\s\S]*(?:because|likely)  {re.sub(r'[^A-Za-z0-9 ]+', '.+', title)}[\s\S]*"
            yield Category(name=title, matched_statuses=("failed", "broken"), trace_regex=pattern)
    yield Category(name="flaky", matched_statuses=("passed",), flaky=True)


def _environment(record: Record) -> bytes:
    facts = {
        "system": record.system,
        "environment": record.environment,
        "verdict": record.verdict.value,
        "exit_code": str(record.exit_code),
        "causes": " · ".join(on_one_line(cause) for cause in record.causes),
        "run": record.run,
        "seed": record.seed,
        "agents": str(record.agents),
        "dovetail": record.version,
    }
    return "".join(f"{name} = {_escape(value)}\n" for name, value in facts.items()).encode("ascii")


def _escape(value: str) -> str:
    r"""Write a value as a .properties file holds it: in ASCII, what lies beyond as \uXXXX."""
    plain = on_one_line(value).replace("\\", "\\\\")
    if all(ord(letter) <= LAST_ASCII for letter in plain):
        return plain
    units = plain.encode("utf-16-be")
    codes = [int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2)]
    return "".join(chr(code) if code <= LAST_ASCII else f"\\u{code:04x}" for code in codes)


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S.%f")[:-3]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
