"""What GitHub Actions is told of a run: annotations at the user's own lines, and what fits into the job summary.

Pure; called by the command line. One cause is one annotation, however many checks share it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from dovetail.errors import Problem
from dovetail.model.data import NOWHERE, Place
from dovetail.model.outcome import Verdict
from dovetail.report.fact import CheckRecord, Record, told_mismatches
from dovetail.report.finding import Finding, find_causes
from dovetail.report.telling import headline
from dovetail.report.text import clean, on_one_line, spell_count

MOST_OF_A_KIND = 10
MOST_NAMED = 10
LONGEST_TITLE = 200
LONGEST_LINE = 400
SUMMARY_ROOM = 1024 * 1024 - 1024
CUT = b"\n\n*The rest does not fit into the summary of a job; the reports hold all of it.*\n"

Locate = Callable[[str], str]


class Annotation(Struct, frozen=True):
    """`level` is error or warning; a place without a file belongs to the run."""

    level: str
    title: str
    message: str
    place: Place = NOWHERE


def write_annotations(record: Record, locate: Locate) -> list[str]:
    """Return the lines to print; `locate` turns a file as the record names it into one as the repository does.

    GitHub shows ten of a kind for a step and drops the others without a word, so what is dropped is counted.
    """
    return _write_all(list(annotate(record)), locate)


def write_problems(problems: Sequence[Problem], locate: Locate) -> list[str]:
    """Return the lines to print for mistakes that let no run begin."""
    return _write_all([_of_problem(problem) for problem in problems], locate)


def _of_problem(problem: Problem) -> Annotation:
    place = Place(problem.file, problem.line, problem.column) if problem.file else NOWHERE
    return Annotation("error", problem.what, "\n".join(row for row in (problem.what, problem.now) if row), place)


def _write_all(annotations: Sequence[Annotation], locate: Locate) -> list[str]:
    shown: list[Annotation] = []
    left: dict[str, int] = {}
    for level in ("error", "warning"):
        of_level = [one for one in annotations if one.level == level]
        shown += of_level[:MOST_OF_A_KIND]
        left[level] = len(of_level[MOST_OF_A_KIND:])
    lines = [_write(one, locate) for one in shown]
    counts = " and ".join(f"{spell_count(number, level)} more" for level, number in left.items() if number)
    if counts:
        text = f"{counts} are not shown here: GitHub shows {MOST_OF_A_KIND} of a kind. The reports tell all of them."
        lines.append(f"::notice title=Dovetail::{_escape(text)}")
    return lines


def annotate(record: Record) -> Iterator[Annotation]:
    """Yield one annotation for each cause; where none is known, one for the reasons of the run itself."""
    findings = find_causes(record)
    named = {identity for finding in findings for identity in finding.checks[:MOST_NAMED]}
    checks = {check.id: replace(check, exchanges=(), log=()) for check in record.checks if check.id in named}
    for finding in findings:
        yield _of_finding(finding, checks)
    if not findings and record.exit_code and record.causes:
        title = f"{record.system}: {record.verdict}, exit code {record.exit_code}"
        level = "error" if record.verdict is Verdict.FAILED else "warning"
        yield Annotation(level, title, "\n".join(record.causes))


def fit_summary(markdown: bytes, taken: int) -> bytes:
    """Return as much of a summary as fits beside `taken` bytes: GitHub drops one that is too long altogether."""
    room = SUMMARY_ROOM - taken
    if len(markdown) <= room:
        return markdown
    kept = markdown[: max(0, room - len(CUT))].rpartition(b"\n")[0]
    return kept + CUT if kept else b""


def _of_finding(finding: Finding, checks: Mapping[str, CheckRecord]) -> Annotation:
    level = "error" if finding.verdict is Verdict.FAILED else "warning"
    explained = [checks[identity] for identity in finding.checks[:MOST_NAMED]]
    rows = list(_tell_checks(explained, finding))
    rows += [" | ".join(part for part in (one.source, one.text) if part) for one in finding.evidence]
    rows += [f"next: {' · '.join(finding.next)}"] if finding.next else []
    title = f"{finding.title} ({finding.share})" if len(finding.checks) > 1 else finding.title
    place = _find_place(explained[0]) if explained else NOWHERE
    return Annotation(level, title, "\n".join(rows), place)


def _tell_checks(checks: Sequence[CheckRecord], finding: Finding) -> Iterator[str]:
    """Name the first check with what it met, the others beside it."""
    for number, check in enumerate(checks):
        told = f": {_tell_verdict(check, finding)}" if not number else ""
        place = f" ({check.place})" if check.place.file else ""
        yield f"{'also ' if number else ''}{check.name}{place}{told}"
    if len(finding.checks) > MOST_NAMED:
        yield f"and {len(finding.checks) - MOST_NAMED} more"


def _tell_verdict(check: CheckRecord, finding: Finding) -> str:
    if check.verdict is Verdict.FLAKY:
        return f"flaky, passed on attempt {len(check.attempts)}; before that {headline(check, finding)}"
    return f"{check.verdict}, {headline(check, finding)}"


def _find_place(check: CheckRecord) -> Place:
    """Return the line of the expectation that did not hold, else of its step, else of the check."""
    attempt = check.telling_attempt
    step = attempt.blamed_step if attempt else None
    spots = [*(one.place for one in told_mismatches(step)), step.place] if step else []
    return next((spot for spot in spots if spot.file), check.place)


def _write(annotation: Annotation, locate: Locate) -> str:
    place = annotation.place
    file = locate(place.file) if place.file else ""
    line = str(place.line) if place.file and place.line else ""
    title = on_one_line(annotation.title, LONGEST_TITLE)
    properties = {"file": file, "line": line, "title": title}
    told = ",".join(f"{name}={_escape_property(value)}" for name, value in properties.items() if value)
    rows = "\n".join(on_one_line(row, LONGEST_LINE) for row in clean(annotation.message).splitlines())
    return f"::{annotation.level} {told}::{_escape(rows or title)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
