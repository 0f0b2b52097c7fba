"""The Markdown summary is short and harmless."""

from typing import TYPE_CHECKING

from tests.report.conftest import START

from dovetail.model.event import Event, Noticed
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


def test_each_notice_is_a_paragraph_of_its_own(story: "Story") -> None:
    story.events += [Noticed(START + at, "warning", f"notice {at}") for at in (1, 2)]
    assert "\n\n> notice 1\n\n> notice 2\n" in render_markdown(read_run(story.stream())).decode()


def test_a_run_that_never_told_its_seed_has_none() -> None:
    assert "0 checks in 0 ms, exit code 9" in render_markdown(read_run([])).decode()


def test_a_back_tick_of_the_user_closes_no_code(story: "Story") -> None:
    error = "tests/a`b.yaml:3:1\n  there is no verb `htp`"
    bad = story.step(verdict=Verdict.FAILED, error=error)
    story.check("bad", "api", story.attempt(1.0, 0.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    assert "Next: `correct tests/ab.yaml:3:1`" in render_markdown(read_run(story.stream())).decode()
