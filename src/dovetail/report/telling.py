"""What is said of one check in plain words: a headline, and lines below it. Called by formats that hold text."""

from collections.abc import Iterator, Mapping, Sequence

from dovetail.model.outcome import StepOutcome, Verdict
from dovetail.report.fact import AttemptRecord, CheckRecord, told_mismatches
from dovetail.report.finding import Finding
from dovetail.report.text import spell_ms

LONGEST_LINE = 2000


def causes_by_check(findings: Sequence[Finding]) -> Mapping[str, Finding]:
    """Return the finding of every check that has one, the first where there are several."""
    return {check: finding for finding in reversed(findings) for check in finding.checks}


def headline(check: CheckRecord, finding: Finding | None) -> str:
    attempt = check.telling_attempt
    told = headline_step(attempt.blamed_step) if attempt and attempt.blamed_step else ""
    return told or check.why or (finding.title if finding else check.verdict.value)


def headline_attempt(attempt: AttemptRecord) -> str:
    told = headline_step(attempt.blamed_step) if attempt.blamed_step else ""
    return told or attempt.why or attempt.verdict.value


def headline_step(step: StepOutcome) -> str:
    """Return the first that did not hold, or why no answer came; "" where neither is told."""
    mismatches = told_mismatches(step)
    if not mismatches:
        return step.error
    first = mismatches[0]
    return f"{first.path}: expected {first.expected}, got {first.got}"


def tell_check(check: CheckRecord, finding: Finding | None) -> str:
    rows = [str(check.place)] if check.place.file else []
    rows += [check.why] if check.why else []
    for attempt in check.attempts:
        rows.extend(tell_attempt(attempt, is_alone=len(check.attempts) == 1))
    if check.cleanup_failed:
        rows.append(f"cleanup failed: {check.cleanup_failed}")
    if finding:
        rows.append(f"{'likely' if check.id in finding.likely else 'because'}  {finding.title}")
        rows.extend(f"  {one.source} | {one.text}" for one in finding.evidence)
        rows.append(f"next     {' · '.join(finding.next)}")
    return "\n".join(rows)


def tell_attempt(attempt: AttemptRecord, *, is_alone: bool) -> Iterator[str]:
    if not is_alone:
        took = spell_ms(attempt.duration_ms)
        yield f"attempt {attempt.number}: {attempt.verdict} after {took} {attempt.why}".rstrip()
    for step in attempt.steps:
        if step.verdict is not Verdict.PASSED:
            yield from tell_step(step)


def tell_step(step: StepOutcome) -> Iterator[str]:
    where = f"{step.place}  " if step.place.file else ""
    yield f"{where}{step.request or step.name} on {step.on}{f': {step.error}' if step.error else ''}"
    for one in told_mismatches(step):
        spot = f"{one.place}  " if one.place.file else ""
        yield f"  {spot}{one.path}: expected {one.expected}, got {one.got}{f'  ({one.why})' if one.why else ''}"
    yield from (f"  {one.at:.2f} s  saw {one.saw}" for one in step.sightings)


def tell_log(check: CheckRecord) -> list[str]:
    return [f"{event.service} | {shorten_line(event.line)}" for event in check.log]


def shorten_line(line: str) -> str:
    """Cut a line that would fill a report by itself."""
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"
