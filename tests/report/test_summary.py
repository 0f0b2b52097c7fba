"""The first and the last lines keep what matters, in any width."""

from typing import TYPE_CHECKING

from dovetail.model.event import Event, RunStarted
from dovetail.model.outcome import Verdict
from dovetail.report.fact import Readiness
from dovetail.report.finding import find_causes
from dovetail.report.record import read_run
from dovetail.report.summary import head, sum_up, tell_ready
from dovetail.report.terminal import Style

if TYPE_CHECKING:
    from tests.report.conftest import Story

WIDE = Style(100, has_color=False)
PLAIN = Style(80, has_color=False)


def end(events: list[Event], style: Style = PLAIN) -> list[str]:
    record = read_run(events)
    return sum_up(record, find_causes(record), style)


def test_the_head_keeps_the_seed_at_the_end_or_on_its_own_line(shop_events: list[Event]) -> None:
    start = shop_events[0]
    assert isinstance(start, RunStarted)
    assert head(start, PLAIN) == ["shop · local · 16 checks · 4 agents".ljust(71) + "seed 7f3a"]
    assert head(start, Style(40, has_color=False)) == ["shop · local · 16 checks · 4 agents", "  seed 7f3a"]


def test_services_are_told_with_the_time_they_took(shop_events: list[Event]) -> None:
    record = read_run(shop_events)
    told = tell_ready(Readiness(record.services, record.ready_ms), WIDE)
    assert told[0].startswith("  ready in 0.7 s   gateway 0.1  users 0.2")


def test_a_cause_of_several_lines_keeps_them(story: "Story") -> None:
    story.end(1.0, Verdict.INCONCLUSIVE, 6, "payments is not ready\n    payments │ no such file\nlook at its log")
    assert end(story.stream())[-3:] == [
        "exit 6   payments is not ready",
        "      payments │ no such file",
        "  look at its log",
    ]


def test_a_cause_that_a_finding_told_is_one_line(story: "Story") -> None:
    story.change("payments", "failed", 0.4, "payments exited with code 3", ("no such file",))
    causes = ("payments exited with code 3\n    payments │ no such file", "2 checks inconclusive")
    story.end(1.0, Verdict.INCONCLUSIVE, 6, *causes)
    assert end(story.stream())[-1] == "exit 6   payments exited with code 3 · 2 checks inconclusive"


def test_the_time_is_never_broken(story: "Story") -> None:
    story.end(1.0, Verdict.INCONCLUSIVE, 9)
    for width in range(40, 100):
        assert any(row.endswith("1.0 s") for row in end(story.stream(), Style(width, has_color=False)))
