"""How the console gives account of causes: what many share first, in full and once, then a line at each check.

Pure; called by `section`.
"""

from collections.abc import Iterator, Sequence

from dovetail.model.outcome import Verdict
from dovetail.report.fact import CheckRecord
from dovetail.report.finding import Finding
from dovetail.report.sign import LOOKS, SIGNS
from dovetail.report.terminal import UNBROKEN, Style, hang, rule, shorten, width_of
from dovetail.report.text import spell_count

MOST_SHARED = 10
TOLD_ABOVE = " (told above)"
LABELS = {False: "      because  ", True: "      likely   "}


class Account:
    """Remembers which causes were told, so that each is told in full once."""

    def __init__(self, findings: Sequence[Finding], checks: int, style: Style) -> None:
        self._style = style
        self._checks = checks
        self._of_check = {check: one for one in reversed(findings) for check in one.checks}
        self._shared = [one for one in findings if len(one.checks) > 1][:MOST_SHARED]
        self._of_the_run = [one for one in findings if not one.checks]
        self._told: set[int] = set()

    def of(self, check: CheckRecord) -> Finding | None:
        return self._of_check.get(check.id)

    def is_told(self, check: CheckRecord) -> bool:
        return id(self.of(check)) in self._told

    def tell_shared(self) -> Iterator[str]:
        """Tell the causes that several checks share, before any of these checks."""
        if not self._shared:
            return
        explained = sum(len(one.checks) for one in self._shared)
        worst = "red" if any(one.verdict is Verdict.FAILED for one in self._shared) else LOOKS[self._shared[0].verdict]
        yield ""
        title = "cause" if len(self._shared) == 1 else "causes"
        yield from rule(title, f"{explained:,} of {spell_count(self._checks, 'check')}", self._style, worst)
        for finding in self._shared:
            self._told.add(id(finding))
            yield from self._headline(finding, finding.title)
            share = " · ".join(part for part in (finding.when, finding.share) if part)
            yield from hang("      ", share, self._style.width)
            yield from self._support(finding)

    def tell_rest(self) -> Iterator[str]:
        """Tell what belongs to the run and to no check."""
        for finding in self._of_the_run:
            yield ""
            yield from self._headline(finding, finding.title)
            yield from self._support(finding)

    def tell_at(self, check: CheckRecord) -> Iterator[str]:
        """Tell why `check` did not pass: in full, or that it was told above."""
        finding = self.of(check)
        if finding is None:
            return
        label = LABELS[check.id in finding.likely]
        if id(finding) in self._told:
            room = self._style.width - width_of(label) - width_of(TOLD_ABOVE)
            yield f"{label}{shorten(finding.title, room)}{TOLD_ABOVE}" if room > width_of(label) else "      told above"
            return
        self._told.add(id(finding))
        shared = f" ({finding.share})" if len(finding.checks) > 1 else ""
        when = f", {finding.when}" if finding.when else ""
        yield from hang(label, f"{finding.title}{when}{shared}", self._style.width)
        yield from self._support(finding, hides_seen=finding.kind == "event-not-received")

    def _headline(self, finding: Finding, text: str) -> Iterator[str]:
        first, *rest = hang("    ", text, self._style.width)
        sign = self._style.paint(SIGNS[finding.verdict], LOOKS[finding.verdict])
        yield f"  {sign} {self._style.paint(first.lstrip(), 'bold')}"
        yield from (self._style.paint(row, "bold") for row in rest)

    def _support(self, finding: Finding, *, hides_seen: bool = False) -> Iterator[str]:
        widest = max((width_of(one.source) for one in finding.evidence), default=0)
        for one in () if hides_seen else finding.evidence:
            source = one.source if self._style.width < widest * 3 else one.source.ljust(widest)
            text = one.text.lstrip()
            indent = one.text[: len(one.text) - len(text)][: self._style.width // 4]
            yield from hang(f"        {source} │ {indent}", text, self._style.width)
        whole = (command.replace(" ", UNBROKEN) for command in finding.next)
        for row in hang("      next     ", " · ".join(whole), self._style.width):
            yield row.replace(UNBROKEN, " ")
