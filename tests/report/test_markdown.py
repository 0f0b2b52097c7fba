"""The Markdown summary is short and harmless."""

from typing import TYPE_CHECKING

from tests.report.conftest import START

from dovetail.model.event import Event, Noticed, RunEnded, TornDown
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
        if number == MOST_CHECKS - 1:
            assert " more\n" not in render_markdown(read_run(story.stream())).decode()
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


def test_a_small_run_reads_letter_by_letter(small: "Story") -> None:
    assert (
        render_markdown(read_run(small.stream())).decode()
        == """\
## ❌ shop · local · failed

4 checks in 5.0 s, seed `7f3a`, exit code 1

| scope | passed | failed | flaky | inconclusive | skipped |
|---|--:|--:|--:|--:|--:|
| api | 1 | 2 | · | · | · |
| money | · | · | · | · | 1 |
| **all** | 1 | 2 | · | · | 1 |

### What went wrong

❌ **orders exited with code 1** (1.0 s earlier · 2 checks likely share this cause)

- bad 1 `tests/integration/orders.yaml:21` (likely)
- bad 2 `tests/integration/orders.yaml:22` (likely)

      orders | no disk left

Next: `dovetail logs orders` · `dovetail run --failed`

> a \\*note\\*
"""
    )


def test_a_cause_of_the_run_itself_names_no_check_and_is_no_list(story: "Story") -> None:
    story.check("one", "api", story.attempt(1.0, steps=(story.step(),)))
    story.events.append(TornDown(START + 2, 9.0, ("process 12",)))
    story.events.append(RunEnded(START + 2, Verdict.FAILED, 6, 2000.0, ("left behind",)))
    told = render_markdown(read_run(story.stream())).decode().partition("### What went wrong")[2]
    assert told == ("\n\n❌ **teardown left 1 thing behind**\n\n      left | process 12\n\nNext: `dovetail clean`\n")
