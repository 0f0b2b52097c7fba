"""The first and the last lines that the console says of a run. Pure; called by `console`."""

from collections.abc import Sequence

from dovetail.model.event import RunStarted
from dovetail.model.outcome import Verdict
from dovetail.report.fact import Readiness, Record
from dovetail.report.finding import Finding
from dovetail.report.sign import LOOKS
from dovetail.report.terminal import LEAST_GAP, Style, hang, shorten, spread, width_of
from dovetail.report.text import clean, on_one_line, spell_count, spell_ms


def head(start: RunStarted, style: Style) -> list[str]:
    """Say what runs where, how many checks, the seed."""
    parts = [
        start.system,
        start.environment,
        spell_count(len(start.checks) + start.more, "check"),
        spell_count(start.agents, "agent"),
    ]
    left = on_one_line(" · ".join(part for part in parts if part))
    return spread(left, f"seed {start.seed}" if start.seed else "", style, "bold")


def tell_ready(readiness: Readiness, style: Style) -> list[str]:
    """Say when each service was ready; those that never were are left out."""
    ready = [(one.name, one.ready_ms / 1000) for one in readiness.services if one.ready_ms and not one.is_slice]
    if not ready:
        return []
    text = "  ".join(f"{name} {seconds:.1f}" for name, seconds in ready)
    lead = f"  ready in {readiness.ready_ms / 1000:.1f} s   " if readiness.ready_ms else "  ready   "
    return [style.paint(row, "dim") for row in hang(lead, text, style.width)]


def sum_up(record: Record, findings: Sequence[Finding], style: Style) -> list[str]:
    """Say the verdict, how many of each, how long, and why the exit code is not 0."""
    text = " · ".join(f"{record.totals.of(verdict)} {verdict}" for verdict in Verdict)
    verdict, time = str(record.verdict), spell_ms(record.duration_ms)
    painted = style.paint(verdict, LOOKS[record.verdict], "bold")
    gap = style.width - len(verdict) - 3 - width_of(text) - len(time)
    if gap >= LEAST_GAP:
        rows = [f"{painted}   {text}{' ' * gap}{style.paint(time, 'dim')}"]
    else:
        first, *rest = [*hang(f"{verdict}   ", text, style.width), f"{' ' * len(verdict)}   {time}"]
        rows = [first.replace(verdict, painted, 1), *rest]
    if record.exit_code and record.causes:
        told = {finding.title for finding in findings}
        first, *more = clean(" · ".join(_briefly(cause, told) for cause in record.causes)).splitlines()
        rows.extend(hang(f"exit {record.exit_code}   ", first, style.width))
        rows.extend(shorten(f"  {row}", style.width) for row in more)
    return rows


def _briefly(cause: str, told: set[str]) -> str:
    """Return only the first line of what a finding has told with its evidence."""
    first = cause.partition("\n")[0]
    return first if on_one_line(first) in told else cause
