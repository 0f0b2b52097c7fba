"""A short Markdown summary for pull requests and CI job pages. Called by `format`."""

import re
from collections.abc import Iterator

from dovetail.model.outcome import Verdict
from dovetail.report.fact import CheckRecord, Record
from dovetail.report.finding import Finding, find_causes
from dovetail.report.text import on_one_line, spell_count, spell_ms

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#&!])")
_MARKS = {
    Verdict.PASSED: "✅",
    Verdict.FAILED: "❌",
    Verdict.FLAKY: "⚠️",
    Verdict.INCONCLUSIVE: "❔",
    Verdict.SKIPPED: "⏭️",
}
MOST_CHECKS = 50


def render_markdown(record: Record) -> bytes:
    rows = [f"## {_MARKS[record.verdict]} {_safe(record.system)} · {_safe(record.environment)} · {record.verdict}", ""]
    facts = [f"{spell_count(record.totals.checks, 'check')} in {spell_ms(record.duration_ms)}"]
    facts += [f"seed {_code(record.seed)}"] if record.seed else []
    rows.append(", ".join((*facts, f"exit code {record.exit_code}")))
    rows.extend(["", *_table(record), ""])
    findings = find_causes(record)
    if findings:
        rows.extend(["### What went wrong", ""])
        shown = {identity for finding in findings for identity in finding.checks[:MOST_CHECKS]}
        named = {check.id: _name(check) for check in record.checks if check.id in shown}
        for finding in findings:
            rows.extend(_finding(finding, named))
    for notice in record.notices:
        rows.extend([f"> {_safe(notice.text)}", ""])
    return ("\n".join(rows).rstrip() + "\n").encode()


def _table(record: Record) -> Iterator[str]:
    yield "| scope | passed | failed | flaky | inconclusive | skipped |"
    yield "|---|--:|--:|--:|--:|--:|"
    for scope, totals in (*record.scopes.items(), ("**all**", record.totals)):
        counts = (totals.passed, totals.failed, totals.flaky, totals.inconclusive, totals.skipped)
        name = scope if scope.startswith("**") else _safe(scope)
        yield f"| {name} | {' | '.join(str(number) if number else '·' for number in counts)} |"


def _name(check: CheckRecord) -> str:
    return f"{_safe(check.name)}{f' {_code(str(check.place))}' if check.place.file else ''}"


def _finding(finding: Finding, named: dict[str, str]) -> Iterator[str]:
    share = finding.share if len(finding.checks) > 1 else ""
    about = " · ".join(part for part in (finding.when, share) if part)
    yield f"{_MARKS[finding.verdict]} **{_safe(finding.title)}**{f' ({about})' if about else ''}"
    yield from [""] if finding.checks else []
    for identity in finding.checks[:MOST_CHECKS]:
        yield f"- {named[identity]}{' (likely)' if identity in finding.likely else ''}"
    if len(finding.checks) > MOST_CHECKS:
        yield f"- and {len(finding.checks) - MOST_CHECKS} more"
    if finding.evidence:
        yield ""
        yield from (f"      {on_one_line(one.source)} | {on_one_line(one.text, 200)}" for one in finding.evidence)
    yield ""
    yield f"Next: {' · '.join(_code(step) for step in finding.next)}"
    yield ""


def _code(text: str) -> str:
    return f"`{on_one_line(text).replace('`', '')}`"


def _safe(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", on_one_line(text, 300))
