"""The data inside the page is compact, cleaned, and thinner where the run is large."""

from typing import TYPE_CHECKING, Any, cast

import msgspec
import pytest

from dovetail.model.event import Event
from dovetail.model.outcome import Verdict
from dovetail.report.page.view import LEVELS, MOST_FINDINGS, MOST_KNOWN, Level, view_run
from dovetail.report.record import read_run

if TYPE_CHECKING:
    from tests.report.conftest import Story


def size(events: list[Event], level: Level) -> int:
    return sum(map(len, view_run(read_run(events), level)))


def view(events: list[Event], level: Level = LEVELS[0]) -> dict[str, Any]:
    """Return what the page finds."""
    return cast("dict[str, Any]", msgspec.json.decode(b"".join(view_run(read_run(events), level))))


def test_every_string_stands_once(shop_events: list[Event]) -> None:
    strings = view(shop_events)["strings"]
    assert len(strings) == len(set(strings))
    assert "POST /orders" in strings


def test_of_very_many_strings_each_is_found_and_one_that_is_said_all_the_time_stands_once(story: "Story") -> None:
    for number in range(3 * MOST_KNOWN):
        story.check(f"n{number}", ("api", "cache")[number % 2], verdict=Verdict.SKIPPED, why=f"reason {number}")
    story.check("the last", verdict=Verdict.SKIPPED, why="reason 0")
    seen = view(story.stream())
    told = [seen["strings"][row[7]] for row in seen["checks"]]
    assert told == [*(f"reason {number}" for number in range(3 * MOST_KNOWN)), "reason 0"]
    assert seen["strings"].count("critical") == 1
    assert seen["strings"].count("reason 0") == 2


def test_a_fault_leads_to_the_check_that_asked_for_it_also_where_that_passed(story: "Story") -> None:
    for name in ("one", "two", "three"):
        identity = story.check(name, "api", story.attempt(1.0, 0.1, steps=(story.step(),)))
        story.break_edge("orders -> payments", 1.0, 1.1, "refuse", identity)
    story.break_edge("orders -> payments", 2.0, 2.1, "refuse", "")
    assert [fault[2] for fault in view(story.stream())["faults"]] == [0, 1, 2, -1]


def test_a_run_without_checks_has_an_empty_list(story: "Story") -> None:
    assert view(story.stream())["checks"] == []


def test_an_attempt_in_a_slice_says_in_which(story: "Story") -> None:
    attempt = story.attempt(1.0, 0.1, steps=(story.step(),), isolation="slice", slice_name="c1a1s1")
    story.check("in a slice", "api", attempt)
    assert "slice c1a1s1" in view(story.stream())["strings"]


def test_each_level_is_smaller_than_the_one_before(shop_events: list[Event]) -> None:
    sizes = [size(shop_events, level) for level in LEVELS]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("level", LEVELS)
def test_no_level_loses_a_check_or_its_cause(shop_events: list[Event], level: Level) -> None:
    rows = view(shop_events, level)["checks"]
    assert len(rows) == 16
    failed = [row for row in rows if row[3] == list(Verdict).index(Verdict.FAILED)]
    assert [row[5] != -1 for row in failed] == [True] * 6


def test_a_run_with_a_cause_of_its_own_for_every_check_stays_bounded(story: "Story") -> None:
    for number in range(MOST_FINDINGS + 5):
        bad = story.step(verdict=Verdict.FAILED, mismatches=(story.wrong("json.n", "0", str(number + 1)),))
        story.check(f"n{number}", "api", story.attempt(1.0, 0.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    story.end(2.0, Verdict.FAILED, 1)
    seen = view(story.stream())
    assert len(seen["findings"]) == MOST_FINDINGS
    assert seen["moreFindings"] == 5


def test_a_slice_is_listed_where_something_befell_it_and_not_for_being_taken_down(story: "Story") -> None:
    for copy in ("orders@s1", "users@s1"):
        story.ready(copy, 1.0)
        story.change(copy, "stopping", 2.0)
    story.change("users@s1", "failed", 1.5, "exited with code 1")
    story.check("one", "api", story.attempt(1.0, 3.0, steps=(story.step(),)))
    services = view(story.stream())["services"]
    assert [one["name"] for one in services if "@" in str(one["name"])] == ["users@s1"]


def test_a_pause_without_end_is_listed_and_what_was_stopped_when_all_was_over_is_not(story: "Story") -> None:
    for service in ("orders", "users", "payments"):
        story.ready(service, 0.5)
    story.check("one", "api", story.attempt(1.0, 3.0, steps=(story.step(),)))
    story.change("orders", "paused", 2.0)
    story.change("users", "stopping", 4.5)
    story.change("payments", "paused", 4.1)
    story.change("payments", "ready", 4.2)
    services = view(story.stream())["services"]
    told = {one["name"]: [(begin, end, words) for begin, end, _, words in one["outages"]] for one in services}
    assert told["orders"] == [(2000.0, -1, "orders was paused")]
    assert told["users"] == []
    assert told["payments"] == [(4100.0, 4200.0, "payments was paused")]


def test_escape_codes_and_half_letters_are_cleaned_away(story: "Story") -> None:
    story.check("\x1b[31mred \ud800", verdict=Verdict.SKIPPED, why="\x00")
    story.change("orders", "failed", 1.0, "exited \x1b[31mred")
    story.check("one", "api", story.attempt(0.5, 3.0, steps=(story.step(),)))
    told = b"".join(view_run(read_run(story.stream()), LEVELS[0]))
    assert b"red" in told
    assert b"\\u001b" not in told


def test_times_are_as_exact_as_those_of_the_console_so_that_both_round_them_alike(story: "Story") -> None:
    story.check("one", "api", story.attempt(1.0, 0.012487, steps=(story.step(duration_ms=7.4968),)))
    (row,) = view(story.stream())["checks"]
    assert (row[4], row[10][0][7][0][3]) == (12.487, 7.497)


def test_a_log_line_that_checks_far_from_each_other_show_stands_once(story: "Story") -> None:
    story.services = {"orders": "http"}
    story.log("orders", 1.0, "it broke here")
    failed = story.step(verdict=Verdict.FAILED, error="no")
    for name in ("first", "last"):
        story.check(name, "api", story.attempt(1.0, 0.2, Verdict.FAILED, (failed,)), verdict=Verdict.FAILED)
        for number in range(3 * MOST_KNOWN if name == "first" else 0):
            story.check(f"n{number}", verdict=Verdict.SKIPPED, why=f"reason {number}")
    seen = view(story.stream())
    assert [len(row[13]) for row in (seen["checks"][0], seen["checks"][-1])] == [1, 1]
    assert seen["strings"].count("it broke here") == 1


def test_a_text_that_one_check_shows_whole_is_still_cut_for_another_that_shows_less(story: "Story") -> None:
    answer = "x" * 2_000
    failed, fine = story.step(verdict=Verdict.FAILED, error="no", answer=answer), story.step(answer=answer)
    story.check("bad", "api", story.attempt(1.0, 0.1, Verdict.FAILED, (failed,)), verdict=Verdict.FAILED)
    story.check("fine", "api", story.attempt(1.0, 0.1, steps=(fine,)))
    seen = view(story.stream())
    shown = [len(seen["strings"][row[10][0][7][0][5]]) for row in seen["checks"]]
    assert shown == [2_000, LEVELS[0].fine.text + 1]
