"""The Markdown summary is short and harmless."""

from typing import TYPE_CHECKING

from dovetail.model.event import Event
from dovetail.model.outcome import Verdict
from dovetail.report.markdown import MOST_CHECKS, render_markdown
from dovetail.report.record import read_run

if TYPE_CHECKING:
    from tests.report.conftest import Story


def test_it_tells_verdict_totals_and_causes(shop_events: list[Event]) -> None:
    text = render_markdown(read_run(shop_events)).decode()
    assert text.startswith("## ❌ shop · local · failed\n")
    assert "| api | 6 | 3 | · | · | · |" in text
    assert "❌ **payments exited with code 1** (420 ms earlier · 3 checks share this cause, 2 of them likely)" in text
    assert "- an order is paid `tests/integration/orders.yaml:13` (likely)" in text
    assert "`dovetail logs payments`" in text


def test_names_cannot_become_markup(shop_events: list[Event]) -> None:
    text = render_markdown(read_run(shop_events)).decode()
    assert "<img" not in text.replace("\\<img", "")


def test_a_cause_of_very_many_checks_stays_short(story: "Story") -> None:
    for number in range(MOST_CHECKS + 20):
        bad = story.step(verdict=Verdict.FAILED, error="connection refused")
        story.check(f"n{number}", "api", story.attempt(1.0, 0.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    text = render_markdown(read_run(story.stream())).decode()
    assert "- and 20 more" in text
    assert len(text.splitlines()) < MOST_CHECKS + 30


def test_a_green_run_has_no_word_of_trouble(story: "Story") -> None:
    story.check("fine", "api", story.attempt(1.0, steps=(story.step(),)))
    story.end(2.0, Verdict.PASSED, 0)
    assert "went wrong" not in render_markdown(read_run(story.stream())).decode()
