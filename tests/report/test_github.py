"""GitHub is told one annotation per cause, at the user's line, in words that cannot become commands."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dovetail.errors import Problem
from dovetail.model.data import NOWHERE
from dovetail.model.event import Event
from dovetail.model.outcome import Verdict
from dovetail.report.fact import Record
from dovetail.report.github import (
    LONGEST_LINE,
    LONGEST_TITLE,
    MOST_NAMED,
    SUMMARY_ROOM,
    annotate,
    fit_summary,
    write_annotations,
    write_problems,
)
from dovetail.report.record import read_run

if TYPE_CHECKING:
    from tests.report.conftest import Story


def write(events: list[Event]) -> list[str]:
    return write_annotations(read_run(events), lambda file: f"shop/{file}")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """Read a line as the runner does: command, properties, message."""
    found = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    assert found
    command, properties, message = found.groups()
    pairs = dict(pair.split("=", 1) for pair in properties.split(","))
    return command, {name: unescape(value, ":,\r\n%") for name, value in pairs.items()}, unescape(message, "\r\n%")


def unescape(text: str, letters: str) -> str:
    for letter in letters:
        text = text.replace(f"%{ord(letter):02X}", letter)
    return text


def fail(story: "Story", name: str, error: str, verdict: Verdict = Verdict.FAILED) -> None:
    bad = story.step(verdict=verdict, error=error)
    story.check(name, "api", story.attempt(1.0, 0.1, verdict, (bad,)), verdict=verdict)


def test_a_cause_of_many_checks_is_one_error_at_the_first_ones_line(shop_events: list[Event]) -> None:
    command, properties, message = read(write(shop_events)[0])
    assert command == "error"
    assert properties == {
        "file": "shop/tests/integration/orders.yaml",
        "line": "17",
        "title": "payments exited with code 1 (3 checks share this cause, 2 of them likely)",
    }
    rows = message.splitlines()
    assert rows[0].endswith("(tests/integration/orders.yaml:12): failed, status: expected 201, got 503")
    assert rows[1:3] == [
        "also an order is paid (tests/integration/orders.yaml:13)",
        "also two orders are paid at once (tests/integration/orders.yaml:14)",
    ]
    assert "payments | could not connect to payments-db: password authentication failed" in rows
    assert rows[-1] == "next: dovetail logs payments · dovetail run --failed"


def test_flaky_and_inconclusive_checks_are_warnings_and_skipped_ones_nothing(shop_events: list[Event]) -> None:
    levels = {one.message.split(" (")[0]: one.level for one in annotate(read_run(shop_events))}
    assert levels["stock is counted"] == levels["something happens"] == "warning"
    assert levels["an order is deleted"] == "error"
    assert "later" not in levels
    flaky = next(one for one in annotate(read_run(shop_events)) if one.message.startswith("stock is counted"))
    assert "flaky, passed on attempt 2; before that no answer within 2 s: timed out" in flaky.message


def test_a_green_run_says_nothing(story: "Story") -> None:
    story.check("fine", "api", story.attempt(1.0, steps=(story.step(),)))
    story.end(2.0, Verdict.PASSED, 0)
    assert write(story.stream()) == []


def test_what_belongs_to_the_run_has_no_line(story: "Story") -> None:
    story.end(1.0, Verdict.INCONCLUSIVE, 9, "every check was skipped")
    (line,) = write(story.stream())
    assert line == "::warning title=shop%3A inconclusive%2C exit code 9::every check was skipped"


@pytest.mark.parametrize("number", [10, 11, 25])
def test_of_a_kind_ten_are_shown_and_the_others_counted(story: "Story", number: int) -> None:
    for one in range(number):
        fail(story, f"n{one}", f"strange thing {'x' * one}")
    fail(story, "unsure", "odd", Verdict.INCONCLUSIVE)
    story.end(2.0, Verdict.FAILED, 1, "failed")
    lines = write(story.stream())
    kinds = [line.split(" ")[0] for line in lines]
    assert (kinds.count("::error"), kinds.count("::warning")) == (10, 1)
    left = f"{number - 10:,} error{'s' if number > 11 else ''} more are not shown here"
    assert [left in line for line in lines if line.startswith("::notice")] == [True] * (number > 10)


def test_very_many_checks_of_one_cause_are_named_only_in_part(story: "Story") -> None:
    for one in range(MOST_NAMED + 5):
        fail(story, f"n{one}", "connection refused")
    story.end(2.0, Verdict.FAILED, 1, "failed")
    (line,) = write(story.stream())
    assert "and 5 more" in read(line)[2].splitlines()
    assert "n14" not in line


def test_text_from_services_stays_one_line_and_one_property(story: "Story") -> None:
    fail(story, "50% a,b: c\n::error::d", "100%0A\r\n::add-mask::x\x1b[31m")
    story.end(2.0, Verdict.FAILED, 1, "failed")
    (line,) = write(story.stream())
    assert "\n" not in line
    assert "\r" not in line
    assert "\x1b" not in line
    _, properties, message = read(line)
    assert set(properties) == {"file", "line", "title"}
    assert message.startswith("50% a,b: c\n::error::d (tests/integration/orders.yaml:12): failed, 100%0A")


def test_a_summary_that_fits_stays_as_it_is() -> None:
    assert fit_summary(b"a\nb\n", 0) == b"a\nb\n"


def test_a_summary_that_is_too_long_is_cut_at_a_line_and_says_so() -> None:
    cut = fit_summary("a row ü\n".encode() * 200_000, 500)
    assert SUMMARY_ROOM - 700 < len(cut) <= SUMMARY_ROOM - 500
    *rows, last = cut.decode().strip().splitlines()
    assert set(rows) == {"a row ü", ""}
    assert "does not fit" in last


def test_nothing_is_added_to_a_summary_that_is_full() -> None:
    assert fit_summary(b"a\n" * 100, SUMMARY_ROOM) == b""


def test_a_mistake_that_lets_no_run_begin_stands_at_its_line_or_at_none() -> None:
    problems = (Problem("there is no verb htp", "did you mean http?", "a.yaml", 3, 5), Problem("no file", ""))
    assert write_problems(problems, lambda file: f"shop/{file}") == [
        "::error file=shop/a.yaml,line=3,title=there is no verb htp::there is no verb htp%0Adid you mean http?",
        "::error title=no file::no file",
    ]


def test_a_check_without_a_place_and_a_run_that_failed_by_itself_have_no_line(story: "Story") -> None:
    story.end(1.0, Verdict.FAILED, 3, "one", "two")
    assert write(story.stream()) == ["::error title=shop%3A failed%2C exit code 3::one%0Atwo"]
    fail(story, "a", "strange")
    record = read_run(story.stream())
    nameless = replace(record.checks[0], place=NOWHERE, attempts=())
    (line,) = write_annotations(replace(record, checks=(nameless,)), str)
    assert "file=" not in line
    assert line.endswith("::a: failed, no step tells why%0Anext: dovetail run --failed")


def test_long_titles_and_rows_are_cut(story: "Story") -> None:
    fail(story, "n" * 5000, "e" * 5000)
    _, properties, message = read(write(story.stream())[0])
    assert len(properties["title"]) <= LONGEST_TITLE
    assert max(map(len, message.splitlines())) == LONGEST_LINE


def test_a_check_too_few_to_be_counted_is_named(story: "Story") -> None:
    for one in range(MOST_NAMED):
        fail(story, f"n{one}", "connection refused")
    story.end(2.0, Verdict.FAILED, 1, "failed")
    (line,) = write(story.stream())
    assert "n9" in line
    assert " more" not in line


def test_a_summary_that_just_fits_is_whole_and_one_byte_more_is_not() -> None:
    assert fit_summary(b"a" * SUMMARY_ROOM, 0) == b"a" * SUMMARY_ROOM
    assert SUMMARY_ROOM < 1024 * 1024
    assert fit_summary(b"a" * SUMMARY_ROOM, 1) != b"a" * SUMMARY_ROOM


def test_only_the_checks_that_are_named_are_held(
    failures_far_behind: Record, peak_of: Callable[[Callable[[], object]], int]
) -> None:
    assert peak_of(lambda: list(annotate(failures_far_behind))) < 3_000_000


@pytest.mark.parametrize(("number", "ending"), [(1, "strange thing"), (2, "(2 checks share this cause)")])
def test_a_title_says_how_many_checks_share_the_cause_where_more_than_one_does(
    story: "Story", number: int, ending: str
) -> None:
    for one in range(number):
        fail(story, f"n{one}", "strange thing")
    story.end(2.0, Verdict.FAILED, 1, "failed")
    (line,) = write(story.stream())
    assert read(line)[1]["title"].endswith(ending)
