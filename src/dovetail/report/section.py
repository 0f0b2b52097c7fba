"""The console's words for a finished run: sections by scope, failures in full, totals. Pure; called by `console`."""

from collections import Counter
from collections.abc import Iterator, Sequence

from dovetail.model.event import RunStarted
from dovetail.model.outcome import Mismatch, StepOutcome, Verdict
from dovetail.report.fact import AttemptRecord, CheckRecord, Record, Totals, told_mismatches
from dovetail.report.finding import Finding
from dovetail.report.terminal import Style, fold, shorten, width_of
from dovetail.report.text import clean, on_one_line, spell_count, spell_ms

LIST_ALL_BELOW = 50
LEAST_RULE = 2
LEAST_GAP = 2
MOST_MISMATCHES = 5
MOST_SIGHTINGS = 6
NOT_STARTED = "not started: "
UNBROKEN = "\N{NO-BREAK SPACE}"
SIGNS = {
    Verdict.PASSED: "✓",
    Verdict.FAILED: "✗",
    Verdict.FLAKY: "≈",
    Verdict.INCONCLUSIVE: "?",
    Verdict.SKIPPED: "–",
}
LOOKS = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "red",
    Verdict.FLAKY: "yellow",
    Verdict.INCONCLUSIVE: "magenta",
    Verdict.SKIPPED: "dim",
}


def head(start: RunStarted, style: Style) -> list[str]:
    """Say what runs where, how many checks, the seed."""
    parts = [
        start.system,
        start.environment,
        spell_count(len(start.checks), "check"),
        spell_count(start.agents, "agent"),
    ]
    left = on_one_line(" · ".join(part for part in parts if part))
    return spread(left, f"seed {start.seed}" if start.seed else "", style, "bold")


def tell_ready(record: Record, style: Style) -> list[str]:
    """Say when each service was ready; those that never were are left out."""
    ready = [(one.name, one.ready_ms / 1000) for one in record.services if one.ready_ms and not one.is_slice]
    if not ready:
        return []
    text = "  ".join(f"{name} {seconds:.1f}" for name, seconds in ready)
    lead = f"  ready in {record.ready_ms / 1000:.1f} s   " if record.ready_ms else "  ready   "
    return [style.paint(row, "dim") for row in hang(lead, text, style.width)]


def spread(left: str, right: str, style: Style, *looks: str) -> list[str]:
    """Put `left` and `right` at both ends of one line, or on two where they do not fit."""
    gap = style.width - width_of(left) - width_of(right)
    if right and gap >= LEAST_GAP:
        return [style.paint(left, *looks) + " " * gap + style.paint(right, "dim")]
    rows = [style.paint(row, *looks) for row in fold(left, style.width)]
    return [*rows, style.paint(f"  {right}", "dim")] if right else rows


def hang(lead: str, text: str, width: int) -> list[str]:
    """Fold `text` behind `lead`; where little room is left the rest starts under it, four columns in."""
    indent = width_of(lead)
    if width - indent < width // 3:
        indent = min(indent, len(lead) - len(lead.lstrip()) + 2)
    first, *rest = fold(text, width - indent, max(1, width - width_of(lead)))
    return [(lead + first).rstrip(), *(" " * indent + row for row in rest)]


class Sections:
    """Writes the sections of one record; a cause is told in full at the first check it explains."""

    def __init__(self, record: Record, findings: Sequence[Finding], style: Style, *, is_verbose: bool) -> None:
        self._record = record
        self._style = style
        self._is_verbose = is_verbose
        self._lists_all = is_verbose or record.totals.checks < LIST_ALL_BELOW
        self._findings = {check: one for one in reversed(findings) for check in one.checks}
        self._of_the_run = [one for one in findings if not one.checks]
        self._told: set[int] = set()

    def rows(self) -> Iterator[str]:
        for scope, totals in self._record.scopes.items():
            yield ""
            yield from self._rule(scope, totals)
            unplayed = 0
            unstarted: Counter[str] = Counter()
            for check in self._record.of_scope(scope):
                if self._is_told_already(check):
                    unplayed += 1
                elif not self._is_verbose and not check.attempts and check.why.startswith(NOT_STARTED):
                    unstarted[check.why] += 1
                elif self._lists_all or check.verdict is not Verdict.PASSED:
                    yield from self._check(check)
            if unplayed:
                yield from hang("  ? ", f"{spell_count(unplayed, 'check')} never ran (told above)", self._style.width)
            for why, number in unstarted.items():
                yield from hang("  – ", f"{spell_count(number, 'check')} {on_one_line(why, 400)}", self._style.width)
        for finding in self._of_the_run:
            yield ""
            sign = self._style.paint(SIGNS[finding.verdict], LOOKS[finding.verdict])
            first, *rest = hang("    ", finding.title, self._style.width)
            yield f"  {sign} {first.lstrip()}"
            yield from rest
            yield from self._support(finding)

    def _rule(self, scope: str, totals: Totals) -> list[str]:
        counts = [(verdict, totals.of(verdict)) for verdict in Verdict]
        told = [(verdict, number) for verdict, number in counts if number]
        text = ", ".join(f"{number} {verdict}" for verdict, number in told)
        look = next((LOOKS[one] for one in (Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.FLAKY) if totals.of(one)), "")
        room = self._style.width - width_of(scope) - width_of(text) - 2
        title = self._style.paint(scope, "bold")
        if room < LEAST_RULE:
            return [title, *(self._style.paint(row, look or "dim") for row in hang("  ", text, self._style.width))]
        return [f"{title} {self._style.paint('─' * room, 'dim')} {self._style.paint(text, look) if look else text}"]

    def _is_told_already(self, check: CheckRecord) -> bool:
        """Tell whether a check never ran for a reason that another one has told in full."""
        is_unplayed = check.verdict is Verdict.INCONCLUSIVE and not check.attempts
        return is_unplayed and not self._is_verbose and id(self._findings.get(check.id)) in self._told

    def _check(self, check: CheckRecord) -> Iterator[str]:
        attempt = check.telling_attempt
        step = attempt.blamed_step if attempt and not check.is_fine else None
        yield from self._title(check, step)
        if check.verdict is Verdict.SKIPPED:
            yield from self._told_rows("      ", check.why)
        if self._is_verbose and attempt:
            yield from self._steps(attempt)
        if check.is_fine:
            return
        if check.verdict is Verdict.FLAKY:
            yield from self._told_rows("      ", f"passed on attempt {len(check.attempts)}; before that:")
        yield from self._blame(check, step)
        yield from self._because(check)

    def _title(self, check: CheckRecord, step: StepOutcome | None) -> Iterator[str]:
        width = self._style.width
        time = spell_ms(check.duration_ms) if check.attempts else ""
        request = on_one_line(step.request, 40) if step else ""
        name = on_one_line(check.name)
        sign = self._style.paint(SIGNS[check.verdict], LOOKS[check.verdict])
        right = f"{request}{' ' * max(2, 10 - len(time))}{time}" if request else time
        if width_of(name) + width_of(right) + 6 > width:
            right = time
        first, *rest = fold(name, width - 4, width - 4 - (width_of(right) + 2 if right else 0))
        gap = " " * max(2, width - 4 - width_of(first) - width_of(right)) if right else ""
        loud = first if check.verdict in {Verdict.PASSED, Verdict.SKIPPED} else self._style.paint(first, "bold")
        yield f"  {sign} {loud}{gap}{self._style.paint(right, 'dim')}"
        yield from (f"    {row}" for row in rest)

    def _steps(self, attempt: AttemptRecord) -> Iterator[str]:
        for step in attempt.steps:
            parts = [step.request or step.name, step.answer or step.error]
            text = on_one_line(" → ".join(part for part in parts if part), 200)
            sign = self._style.paint(SIGNS[step.verdict], LOOKS[step.verdict])
            lead = f"        {'clean-up: ' if step.is_cleanup else ''}"
            first, *rest = hang(lead, f"{text}  {spell_ms(step.duration_ms)}", self._style.width)
            yield f"      {sign} {first.lstrip()}"
            yield from rest

    def _blame(self, check: CheckRecord, step: StepOutcome | None) -> Iterator[str]:
        if step is None:
            finding = self._findings.get(check.id)
            why = check.why.replace(finding.title, "").rstrip(": ") if finding else check.why
            place = str(check.place) if check.place.file else ""
            yield from self._error(why, f"{place}   " if place else "") if why else self._told_rows("      ", place)
            return
        mismatches = told_mismatches(step)
        for mismatch in mismatches[:MOST_MISMATCHES]:
            yield from self._mismatch(mismatch, step)
        if len(mismatches) > MOST_MISMATCHES:
            yield from self._told_rows("        ", f"and {len(mismatches) - MOST_MISMATCHES} more mismatches")
        yield from self._error(step.error, "" if not step.place.file else f"{step.place}   ")
        yield from self._sightings(step)
        if check.cleanup_failed and not step.is_cleanup:
            yield from self._told_rows("      ", f"clean-up failed too: {check.cleanup_failed}")

    def _error(self, error: str, place: str) -> Iterator[str]:
        """Show an error; a mistake in the user's file comes with its own place and line and stays as it is."""
        rows = clean(error).splitlines()
        if len(rows) > 1:
            yield from (shorten(f"      {row}", self._style.width) for row in rows)
        elif rows:
            yield from self._told_rows("      ", f"{place}{on_one_line(error, 400)}")

    def _mismatch(self, mismatch: Mismatch, step: StepOutcome) -> Iterator[str]:
        place = mismatch.place if mismatch.place.file else step.place
        path = on_one_line(mismatch.path)
        yield from self._told_rows("      ", f"{place}   {path}" if place.file else path)
        expected, got = on_one_line(mismatch.expected, 400), on_one_line(mismatch.got, 400)
        why = f"  {on_one_line(mismatch.why, 200)}" if mismatch.why else ""
        line = f"        expected {expected}, got {got}{why}"
        if width_of(line) <= self._style.width:
            paint = self._style.paint
            yield f"        expected {paint(expected, 'green')}, got {paint(got, 'red')}{why}"
            return
        yield from hang("        expected  ", expected, self._style.width)
        yield from hang("        got       ", got, self._style.width)
        if why:
            yield from hang("        ", why.strip(), self._style.width)

    def _sightings(self, step: StepOutcome) -> Iterator[str]:
        seen = step.sightings
        if not seen:
            return
        left = len(seen) - MOST_SIGHTINGS
        yield from self._told_rows("      ", f"waited {spell_ms(step.duration_ms)} and saw")
        if left > 0:
            yield f"        ({left} before these)"
        for one in seen[-MOST_SIGHTINGS:]:
            yield shorten(f"        {one.at:5.1f} s  {on_one_line(one.saw)}", self._style.width)

    def _because(self, check: CheckRecord) -> Iterator[str]:
        finding = self._findings.get(check.id)
        if finding is None:
            return
        when = f", {finding.when}" if finding.when else ""
        if id(finding) in self._told:
            yield from hang("      because  ", f"{finding.title} (told above)", self._style.width)
            return
        self._told.add(id(finding))
        shared = f" ({spell_count(len(finding.checks), 'check')} share this cause)" if len(finding.checks) > 1 else ""
        yield from hang("      because  ", f"{finding.title}{when}{shared}", self._style.width)
        yield from self._support(finding, hides_seen=finding.kind == "event-not-received")

    def _support(self, finding: Finding, *, hides_seen: bool = False) -> Iterator[str]:
        widest = max((width_of(one.source) for one in finding.evidence), default=0)
        for one in () if hides_seen else finding.evidence:
            source = one.source if self._style.width < widest * 3 else one.source.ljust(widest)
            yield from hang(f"        {source} │ ", one.text, self._style.width)
        whole = (command.replace(" ", UNBROKEN) for command in finding.next)
        for row in hang("      next     ", " · ".join(whole), self._style.width):
            yield row.replace(UNBROKEN, " ")

    def _told_rows(self, indent: str, text: str) -> list[str]:
        return hang(indent, text, self._style.width) if text else []


def sum_up(record: Record, style: Style) -> list[str]:
    """Say the verdict, how many of each, how long, and why the exit code is not 0."""
    text = " · ".join(f"{record.totals.of(verdict)} {verdict}" for verdict in Verdict)
    verdict, time = str(record.verdict), spell_ms(record.duration_ms)
    painted = style.paint(verdict, LOOKS[record.verdict], "bold")
    gap = style.width - len(verdict) - 3 - width_of(text) - len(time)
    if gap >= LEAST_GAP:
        rows = [f"{painted}   {text}{' ' * gap}{style.paint(time, 'dim')}"]
    else:
        first, *rest = hang(f"{verdict}   ", f"{text} · {time}", style.width)
        rows = [first.replace(verdict, painted, 1), *rest]
    if record.exit_code and record.causes:
        first, *more = clean(" · ".join(record.causes)).splitlines()
        rows.extend(hang(f"exit {record.exit_code}   ", first, style.width))
        rows.extend(shorten(f"  {row}", style.width) for row in more)
    return rows
