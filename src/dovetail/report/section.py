"""The console's words for a finished run: sections by scope, failures in full, totals. Pure; called by `console`."""

from collections import Counter
from collections.abc import Iterator, Sequence

from dovetail.model.outcome import Mismatch, Sighting, StepOutcome, Verdict
from dovetail.report.account import Account
from dovetail.report.fact import AttemptRecord, CheckRecord, Record, Totals, told_mismatches
from dovetail.report.finding import Finding
from dovetail.report.sign import LOOKS, SIGNS
from dovetail.report.symptom import name_symptom
from dovetail.report.terminal import Style, fold, hang, rule, shorten, width_of
from dovetail.report.text import clean, on_one_line, spell_count, spell_ms

LIST_ALL_BELOW = 50
MOST_MISMATCHES = 5
MOST_SIGHTINGS = 6
END_MS = 100
LONGEST_NAME = 300
NOT_STARTED = "not started: "


class Sections:
    """Writes the sections of one record: what several checks share first, then scope by scope."""

    def __init__(self, record: Record, findings: Sequence[Finding], style: Style, *, is_verbose: bool) -> None:
        self._record = record
        self._style = style
        self._is_verbose = is_verbose
        self._lists_all = is_verbose or record.totals.checks < LIST_ALL_BELOW
        self._account = Account(findings, record.totals.checks, style)

    def rows(self) -> Iterator[str]:
        yield from self._account.tell_shared()
        is_bare = False
        for scope, totals in self._record.scopes.items():
            told = list(self._scope(scope))
            if told or not is_bare:
                yield ""
            yield from self._rule(scope, totals)
            yield from told
            is_bare = not told
        yield from self._account.tell_rest()

    def _scope(self, scope: str) -> Iterator[str]:
        totals = self._record.scopes[scope]
        if totals.passed == totals.checks and not self._lists_all:
            return
        unstarted: Counter[str] = Counter()
        for check in self._record.of_scope(scope):
            if self._is_told_already(check):
                continue
            if not self._is_verbose and not check.attempts and check.why.startswith(NOT_STARTED):
                unstarted[check.why] += 1
            elif self._lists_all or check.verdict is not Verdict.PASSED:
                yield from self._check(check)
        for why, number in unstarted.items():
            yield from hang("  – ", f"{spell_count(number, 'check')} {on_one_line(why, 400)}", self._style.width)

    def _rule(self, scope: str, totals: Totals) -> list[str]:
        counts = [(verdict, totals.of(verdict)) for verdict in Verdict]
        told = [(verdict, number) for verdict, number in counts if number]
        text = ", ".join(f"{number} {verdict}" for verdict, number in told)
        look = next((LOOKS[one] for one in (Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.FLAKY) if totals.of(one)), "")
        return rule(scope, text, self._style, look)

    def _is_told_already(self, check: CheckRecord) -> bool:
        """Tell whether a check never ran for a reason that was told in full: the section counts it."""
        is_unplayed = check.verdict is Verdict.INCONCLUSIVE and not check.attempts
        return is_unplayed and not self._is_verbose and self._account.is_told(check)

    def _check(self, check: CheckRecord) -> Iterator[str]:
        attempt = check.telling_attempt
        step = attempt.blamed_step if attempt and not check.is_fine else None
        yield from self._title(check, step)
        if check.verdict is Verdict.SKIPPED:
            yield from self._told_rows("      ", on_one_line(check.why))
        if self._is_verbose and attempt:
            yield from self._steps(attempt)
        if check.is_fine:
            return
        if check.verdict is Verdict.FLAKY:
            yield from self._told_rows("      ", f"passed on attempt {len(check.attempts)}; before that:")
        yield from self._blame(check, step)
        yield from self._account.tell_at(check)

    def _title(self, check: CheckRecord, step: StepOutcome | None) -> Iterator[str]:
        width = self._style.width
        time = spell_ms(check.duration_ms) if check.attempts else ""
        request = on_one_line(step.request, 40) if step else ""
        name = on_one_line(check.name, LONGEST_NAME)
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
            lead = f"        {'cleanup: ' if step.is_cleanup else ''}"
            first, *rest = hang(lead, f"{text}  {spell_ms(step.duration_ms)}", self._style.width)
            yield f"      {sign} {first.lstrip()}"
            yield from rest

    def _blame(self, check: CheckRecord, step: StepOutcome | None) -> Iterator[str]:
        if step is None:
            finding = self._account.of(check)
            why = check.why.replace(finding.title, "").rstrip(": ") if finding else check.why
            place = str(check.place) if check.place.file else ""
            yield from self._error(why, f"{place}   " if place else "") if why else self._told_rows("      ", place)
            return
        mismatches = told_mismatches(step)
        for mismatch in mismatches[:MOST_MISMATCHES]:
            yield from self._mismatch(mismatch, step)
        if len(mismatches) > MOST_MISMATCHES:
            yield from self._told_rows("        ", f"and {len(mismatches) - MOST_MISMATCHES} more mismatches")
        yield from self._wait(step)
        if check.cleanup_failed and not step.is_cleanup:
            yield from self._told_rows("      ", f"cleanup failed too: {on_one_line(check.cleanup_failed, 400)}")

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

    def _wait(self, step: StepOutcome) -> Iterator[str]:
        """Show the error of a step and what it saw while it waited; what was the same all the time is one row."""
        place = f"{step.place}   " if step.place.file else ""
        seen = seen_before_end(step)
        waited = spell_ms(step.duration_ms)
        if not step.error or not seen or "\n" in step.error.strip():
            yield from self._error(step.error, place)
        elif len(seen) == 1:
            saw = on_one_line(seen[0].saw, 400)
            yield from self._told_rows("      ", f"{place}{saw}{'' if ' within ' in saw else f', for {waited}'}")
            return
        if not seen:
            return
        lead = place if step.error else ""
        yield from self._told_rows("      ", f"{lead}waited {waited} and saw")
        left = len(seen) - MOST_SIGHTINGS
        if left > 0:
            yield f"        ({left} before these)"
        for one in seen[-MOST_SIGHTINGS:]:
            yield shorten(f"        {one.at:5.1f} s  {on_one_line(one.saw)}", self._style.width)

    def _told_rows(self, indent: str, text: str) -> list[str]:
        return hang(indent, text, self._style.width) if text else []


def seen_before_end(step: StepOutcome) -> tuple[Sighting, ...]:
    """Return the changes that a step saw, without the last asking that was cut off because the wait was over."""
    end = step.duration_ms - END_MS
    told = [one for one in step.sightings if one.at * 1000 < end or name_symptom(one.saw).kind != "timeout"]
    changes = [one for one, before in zip(told, (None, *told), strict=False) if not before or before.saw != one.saw]
    return tuple(changes) or step.sightings
