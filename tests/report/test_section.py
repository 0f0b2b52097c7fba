"""Sections say each failure in full, each cause once, and fit the terminal."""

from typing import TYPE_CHECKING

import pytest

from dovetail.model.event import Event, RunStarted
from dovetail.model.outcome import Verdict
from dovetail.report.finding import find_causes
from dovetail.report.record import read_run
from dovetail.report.section import LIST_ALL_BELOW, Sections, hang, head, sum_up, tell_ready
from dovetail.report.terminal import Style, width_of

if TYPE_CHECKING:
    from tests.report.conftest import Story


def rows(events: list[Event], width: int = 100, *, is_verbose: bool = False) -> list[str]:
    record = read_run(events)
    style = Style(width, has_color=False)
    sections = Sections(record, find_causes(record), style, is_verbose=is_verbose)
    return [*tell_ready(record, style), *sections.rows(), *sum_up(record, style)]


def test_a_failure_tells_line_path_expectation_cause_log_and_next_step(shop_events: list[Event]) -> None:
    told = rows(shop_events)
    at = next(i for i, row in enumerate(told) if "an order is created" in row)
    assert told[at].startswith("  ✗ an order is created, stored and announced")
    assert told[at].endswith("POST /orders    212 ms")
    assert told[at + 1 :][:2] == [
        "      tests/integration/orders.yaml:17   status",
        '        expected 201, got 503  "payments unavailable"',
    ]
    assert told[at + 5 :][:4] == [
        "      because  payments exited with code 1, 420 ms earlier (3 checks share this cause)",
        "        payments │ starting on 4003",
        "        payments │ could not connect to payments-db: password authentication failed",
        "      next     dovetail logs payments · dovetail run --failed",
    ]


def test_a_cause_is_told_in_full_once(shop_events: list[Event]) -> None:
    told = "\n".join(rows(shop_events))
    assert told.count("password authentication failed") == 1
    assert told.count("payments exited with code 1 (told above)") == 2


def test_a_section_has_its_counts_and_the_last_line_the_totals(shop_events: list[Event]) -> None:
    told = rows(shop_events)
    assert any(row.startswith("api ──") and row.endswith(" 6 passed, 3 failed") for row in told)
    assert told[-2].startswith("failed   7 passed · 6 failed · 1 flaky · 1 inconclusive · 1 skipped")
    assert told[-2].endswith("5.4 s")
    assert told[-1] == "exit 1   6 checks failed · 1 check was inconclusive"


def test_what_a_wait_saw_is_shown_as_a_timeline(shop_events: list[Event]) -> None:
    told = rows(shop_events)
    assert '          0.3 s  {"orderId": "o-3"} on partition 0, offset 3' in told


@pytest.mark.parametrize("width", [30, 40, 61, 100, 200])
@pytest.mark.parametrize("is_verbose", [True, False])
def test_no_row_is_wider_than_the_terminal(shop_events: list[Event], width: int, *, is_verbose: bool) -> None:
    assert max(width_of(row) for row in rows(shop_events, width, is_verbose=is_verbose)) <= width


def test_many_passed_checks_are_counted_and_not_listed(story: "Story") -> None:
    for number in range(LIST_ALL_BELOW + 5):
        story.check(f"fine {number}", "api", story.attempt(1.0, steps=(story.step(),)))
    story.end(2.0, Verdict.PASSED, 0)
    assert not any("fine 3" in row for row in rows(story.stream()))
    assert any("fine 3" in row for row in rows(story.stream(), is_verbose=True))


def test_a_mistake_in_a_file_is_shown_with_its_line_as_it_stands(story: "Story") -> None:
    problem = "a.yaml:7:9\n  7 │ save: {x: jsn.id}\n    │       ^^^\n  there is no jsn"
    bad = story.step(verdict=Verdict.FAILED, error=problem)
    story.check("bad", "api", story.attempt(1.0, 0.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    told = rows(story.stream())
    assert "        7 │ save: {x: jsn.id}" in told
    assert "          │       ^^^" in told


def test_an_answer_that_never_came_is_told_once(story: "Story") -> None:
    mismatches = (story.wrong("error", "an answer", "connection refused"),)
    bad = story.step(verdict=Verdict.FAILED, error="connection refused", mismatches=mismatches)
    story.check("bad", "api", story.attempt(1.0, 0.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    told = rows(story.stream())
    assert not any("expected an answer" in row for row in told)
    assert any(row.endswith("orders.yaml:14   connection refused") for row in told)


def test_escape_codes_of_a_service_do_not_reach_the_terminal(story: "Story") -> None:
    bad = story.step(verdict=Verdict.FAILED, error="\x1b[2Jgone\x07")
    story.check("\x1b[2Jbad", "api", story.attempt(1.0, 0.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    assert "\x1b" not in "".join(rows(story.stream()))


def test_the_head_keeps_the_seed_at_the_end_or_on_its_own_line(shop_events: list[Event]) -> None:
    start = shop_events[0]
    assert isinstance(start, RunStarted)
    assert head(start, Style(80, has_color=False)) == ["shop · local · 16 checks · 4 agents".ljust(71) + "seed 7f3a"]
    assert head(start, Style(40, has_color=False)) == ["shop · local · 16 checks · 4 agents", "  seed 7f3a"]


def test_a_cause_of_several_lines_keeps_them(story: "Story") -> None:
    story.end(1.0, Verdict.INCONCLUSIVE, 6, "payments is not ready\n    payments │ no such file\nlook at its log")
    assert rows(story.stream())[-3:] == [
        "exit 6   payments is not ready",
        "      payments │ no such file",
        "  look at its log",
    ]


def test_checks_that_never_ran_for_one_reason_are_counted_after_the_first(story: "Story") -> None:
    for number in range(9):
        why = "the environment was not ready: users-db cannot start"
        story.check(f"unplayed {number}", "api", verdict=Verdict.INCONCLUSIVE, why=why)
    told = "\n".join(rows(story.stream()))
    assert told.count("users-db cannot start") == 1
    assert "  ? 8 checks never ran (told above)" in told


def test_hanging_text_falls_back_to_a_small_indent_where_room_is_short() -> None:
    assert hang("      because  ", "one two three", 21) == ["      because  one", "        two three"]
