"""Sections say each failure in full, each cause once, and fit the terminal."""

from typing import TYPE_CHECKING

import pytest

from dovetail.model.event import Event
from dovetail.model.outcome import Verdict
from dovetail.report.fact import Readiness
from dovetail.report.finding import find_causes
from dovetail.report.record import read_run
from dovetail.report.section import LIST_ALL_BELOW, MOST_SIGHTINGS, Sections
from dovetail.report.summary import sum_up, tell_ready
from dovetail.report.terminal import Style, width_of

if TYPE_CHECKING:
    from tests.report.conftest import Story


def rows(events: list[Event], width: int = 100, *, is_verbose: bool = False) -> list[str]:
    record = read_run(events)
    style = Style(width, has_color=False)
    findings = find_causes(record)
    sections = Sections(record, findings, style, is_verbose=is_verbose)
    return [
        *tell_ready(Readiness(record.services, record.ready_ms), style),
        *sections.rows(),
        *sum_up(record, findings, style),
    ]


def test_a_failure_tells_line_path_expectation_cause_log_and_next_step(shop_events: list[Event]) -> None:
    told = rows(shop_events)
    at = next(i for i, row in enumerate(told) if "an order is created" in row)
    assert told[at].startswith("  ✗ an order is created, stored and announced")
    assert told[at].endswith("POST /orders    212 ms")
    assert told[at + 1 :][:2] == [
        "      tests/integration/orders.yaml:17   status",
        '        expected 201, got 503  "payments unavailable"',
    ]
    assert told[at + 5] == "      because  payments exited with code 1 (told above)"


def test_of_many_checks_only_those_are_listed_that_did_not_pass(story: "Story") -> None:
    for number in range(2 * LIST_ALL_BELOW):
        story.check(f"fine {number}", ("api", "cache")[number % 2], story.attempt(1.0, 0.1, steps=(story.step(),)))
    bad = story.step(verdict=Verdict.FAILED, mismatches=(story.wrong("status", "200", "500"),))
    story.check("broken", "api", story.attempt(1.0, 0.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    told = "\n".join(rows(story.stream()))
    assert "✗ broken" in told
    assert "expected 200, got 500" in told
    assert "fine" not in told


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


def test_checks_that_never_ran_for_one_reason_are_counts_under_their_cause(story: "Story") -> None:
    for number in range(9):
        why = "the environment was not ready: users-db cannot start"
        story.check(f"unplayed {number}", ("api", "cache")[number % 2], verdict=Verdict.INCONCLUSIVE, why=why)
    told = rows(story.stream())
    assert "\n".join(told).count("users-db cannot start") == 1
    at = next(i for i, row in enumerate(told) if row.startswith("api"))
    assert told[at].endswith(" 5 inconclusive")
    assert told[at + 1].startswith("cache ─")
    assert told[at + 1].endswith(" 4 inconclusive")


def test_a_check_that_never_ran_is_shown_to_who_wants_to_see_all(story: "Story") -> None:
    for number in range(2):
        story.check(f"unplayed {number}", verdict=Verdict.INCONCLUSIVE, why="no broker")
    assert any("unplayed 1" in row for row in rows(story.stream(), is_verbose=True))


def wait(story: "Story", error: str, *saw: tuple[float, str]) -> list[str]:
    seen = tuple(story.sighting(at, text) for at, text in saw)
    bad = story.step(verdict=Verdict.FAILED, error=error, sightings=seen, duration_ms=5000.0)
    story.check("bad", "api", story.attempt(1.0, 5.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    return rows(story.stream())


def test_what_was_the_same_all_the_time_is_one_row(story: "Story") -> None:
    told = wait(story, "timeout: no answer within 1 ms", (0.1, "502 no"), (5.0, "timeout: no answer within 1 ms"))
    assert "      tests/integration/orders.yaml:14   502 no, for 5.0 s" in told
    assert not any("waited" in row for row in told)


def test_a_wait_that_saw_more_keeps_its_last_rows(story: "Story") -> None:
    told = wait(story, "refused", *((0.1 * n, f"answer {n}") for n in range(MOST_SIGHTINGS + 3)))
    assert "      tests/integration/orders.yaml:14   waited 5.0 s and saw" in told
    assert "        (3 before these)" in told
    assert sum(" s  answer" in row for row in told) == MOST_SIGHTINGS


def test_a_wait_that_only_timed_out_says_so(story: "Story") -> None:
    told = wait(story, "no message within 5 s", (5.0, "no message within 5 s"))
    assert any(row.endswith("orders.yaml:14   no message within 5 s") for row in told)


def test_an_asking_that_the_end_cut_off_is_no_change(story: "Story") -> None:
    told = wait(story, "refused", (0.0, "refused"), (4.95, "timeout: no answer within 0 s"), (5.0, "refused"))
    assert "      tests/integration/orders.yaml:14   refused, for 5.0 s" in told


def test_no_words_of_the_user_steer_the_terminal(story: "Story") -> None:
    evil = "be\x1b[2Jcause\nof \u202ethat"
    story.check(evil, verdict=Verdict.SKIPPED, why=evil)
    bad = story.step(verdict=Verdict.FAILED, error=evil)
    attempt = story.attempt(1.0, 0.1, Verdict.FAILED, (bad,), cleanup_failed=evil)
    story.check("bad", "api", attempt, verdict=Verdict.FAILED, why=evil)
    told = rows(story.stream(), is_verbose=True)
    assert "      because of that" in told
    assert "      cleanup failed too: because of that" in told
    assert "".join(told).isprintable()


def test_a_name_as_long_as_a_page_takes_a_few_rows(story: "Story") -> None:
    story.check("n" * 5000, verdict=Verdict.SKIPPED)
    assert len(rows(story.stream())) < 12


def test_a_failure_is_shown_line_by_line_also_where_it_does_not_fit(story: "Story") -> None:
    wrong = story.wrong("json.name", '"' + "long " * 12 + '"', '"other"', "differs from character 2 on")
    bad = story.step(verdict=Verdict.FAILED, mismatches=(wrong,) + (story.wrong("json.n", "1", "2"),) * 6)
    story.check(
        "a name of several words", "api", story.attempt(1.0, 0.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED
    )
    told = rows(story.stream(), 40)
    at = next(index for index, row in enumerate(told) if row.startswith("  ✗ a name"))
    assert told[at : at + 11] == [
        "  ✗ a name of several words       100 ms",
        "      tests/integration/orders.yaml:17",
        "      json.name",
        '        expected  "long long long long',
        "                  long long long long",
        '                  long long long long "',
        '        got       "other"',
        "        differs from character 2 on",
        "      tests/integration/orders.yaml:17",
        "      json.n",
        "        expected 1, got 2",
    ]
    assert "        and 2 more mismatches" in told


def test_the_rest_of_a_name_stands_on_rows_of_its_own(story: "Story") -> None:
    story.check("one two three four five six seven", "api", story.attempt(1.0, steps=(story.step(),)))
    at = rows(story.stream(), 30).index("  ✓ one two three four  200 ms")
    assert rows(story.stream(), 30)[at + 1] == "    five six seven"


def test_what_was_not_started_for_one_reason_is_a_count(story: "Story") -> None:
    for number in range(3):
        why = "not started: interrupted by Ctrl-C" if number else "no bank yet"
        story.check(f"later {number}", "api", verdict=Verdict.SKIPPED, why=why)
    told = rows(story.stream())
    assert "  – 2 checks not started: interrupted by Ctrl-C" in told
    assert "  – later 0" in told
    assert "  – later 1" in rows(story.stream(), is_verbose=True)


def test_a_check_that_ran_is_shown_though_its_cause_was_told(story: "Story") -> None:
    for number in range(2):
        bad = story.step(verdict=Verdict.INCONCLUSIVE, error="connection refused")
        attempt = story.attempt(1.0, 0.1, Verdict.INCONCLUSIVE, (bad,))
        story.check(f"unsure {number}", "api", attempt, verdict=Verdict.INCONCLUSIVE)
    told = rows(story.stream())
    assert sum(row.startswith("  ? unsure") for row in told) == 2
    assert sum(row.endswith("(told above)") for row in told) == 2


def test_who_wants_to_see_all_sees_every_step_with_its_answer(story: "Story") -> None:
    steps = (story.step(), story.step("DELETE /orders/1", answer="", error="gone", is_cleanup=True))
    story.check("fine", "api", story.attempt(1.0, steps=steps))
    told = rows(story.stream(), is_verbose=True)
    at = next(index for index, row in enumerate(told) if row.startswith("  ✓ fine"))
    assert told[at + 1 : at + 3] == [
        "      ✓ POST /orders → 201 Created  100 ms",
        "      ✓ cleanup: DELETE /orders/1 → gone  100 ms",
    ]
    assert told[at + 1] not in rows(story.stream())


def test_names_of_what_did_not_pass_are_bold(story: "Story") -> None:
    bad = story.step(verdict=Verdict.FAILED, error="x")
    story.check("bad", "api", story.attempt(1.0, 0.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    story.check("fine", "api", story.attempt(1.0, steps=(story.step(),)))
    record = read_run(story.stream())
    told = "\n".join(Sections(record, find_causes(record), Style(100, has_color=True), is_verbose=False).rows())
    assert "\x1b[1mbad\x1b[0m" in told
    assert "\x1b[32m✓\x1b[0m fine" in told
