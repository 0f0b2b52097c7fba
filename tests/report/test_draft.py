"""What grows while events come: the checks in their order, the log window, the edges' figures."""

import tracemalloc

import pytest

from dovetail.model.data import NOWHERE
from dovetail.model.event import AttemptEnded, CheckEnded, CheckStarted, LogWritten, PlannedCheck
from dovetail.model.exchange import Exchange
from dovetail.model.outcome import Verdict
from dovetail.model.shelf import NEAR
from dovetail.report.draft import WINDOW_LINES, CheckBook, CheckDraft, EdgeDraft, LogBook
from dovetail.report.fact import AttemptRecord, CheckRecord

CHECK = CheckRecord(
    "c", "c", "api", Verdict.FAILED, NOWHERE, attempts=(AttemptRecord(1, 0, 100.0, 1000.0, Verdict.FAILED),)
)


def test_the_window_is_cut_to_the_time_of_the_attempt_and_sorted() -> None:
    book = LogBook(100)
    for at, line in ((99.0, "before"), (100.9, "late"), (100.1, "early"), (102.0, "after")):
        book.add(LogWritten(at, "orders", line))
    book.add(LogWritten(100.5, "stranger", "not reached"))
    assert [event.line for event in book.window(CHECK, frozenset({"orders"}))] == ["early", "late"]


def test_a_chatty_service_leaves_only_its_last_lines() -> None:
    book = LogBook(10_000)
    for number in range(5000):
        book.add(LogWritten(100 + number / 5000, "orders", str(number)))
    window = book.window(CHECK, frozenset({"orders"}))
    assert len(window) == WINDOW_LINES
    assert window[-1].line == "4999"


def test_an_edge_tells_calls_bad_ends_and_percentiles() -> None:
    draft = EdgeDraft.of("orders -> payments", "http")
    for number in range(100):
        ended = "refused" if number == 3 else "faulted" if number == 4 else "answered"
        draft.hear(Exchange("orders -> payments", "http", "", "", ended, 0.0, float(number)))
    edge = draft.finish(is_failing=False)
    assert (edge.source, edge.target, edge.calls, edge.failed, edge.faulted) == ("orders", "payments", 100, 1, 1)
    assert (edge.p50_ms, edge.p99_ms, edge.max_ms) == (50.0, 99.0, 99.0)


def check_book(*names: str) -> CheckBook:
    made = CheckBook()
    for name in names:
        made.plan(PlannedCheck(name, f"name of {name}", "api"))
    return made


def play(made: CheckBook, check: str) -> None:
    made.note(check, CheckDraft.start, CheckStarted(1.0, check, 1, 1))
    made.note(check, CheckDraft.end_attempt, AttemptEnded(2.0, check, 1, Verdict.PASSED, 1000.0))
    made.note(check, CheckDraft.end, CheckEnded(2.0, check, Verdict.PASSED, 1000.0, 1))


def verdicts(made: CheckBook) -> dict[str, Verdict | None]:
    return {draft.planned.id: draft.told.verdict if draft.told else None for draft in made}


@pytest.mark.parametrize("before", [0, NEAR - 1, NEAR, NEAR + 5])
def test_checks_stand_in_the_order_planned_however_they_are_played(before: int) -> None:
    names = [*(f"n{number}" for number in range(before)), "a", "b", "c"]
    made = check_book(*names)
    for check in ("c", "a"):
        play(made, check)
    assert list(verdicts(made)) == names
    assert len(made) == len(names)
    assert {name: verdict for name, verdict in verdicts(made).items() if verdict} == {
        "a": Verdict.PASSED,
        "c": Verdict.PASSED,
    }


def test_of_many_checks_those_that_have_ended_take_no_memory() -> None:
    made, why = check_book(*(f"n{number}" for number in range(3 * NEAR))), "x" * 2_000
    tracemalloc.start()
    for number in range(NEAR, 3 * NEAR):
        made.note(
            f"n{number}", CheckDraft.end, CheckEnded(2.0, f"n{number}", Verdict.SKIPPED, 0.0, 0, f"{number}{why}")
        )
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < len(why) * NEAR / 4


@pytest.mark.parametrize("before", [0, NEAR])
def test_a_check_that_is_being_played_is_seen_as_it_is(before: int) -> None:
    made = check_book(*(f"n{number}" for number in range(before)), "a")
    made.note("a", CheckDraft.start, CheckStarted(1.0, "a", 1, 1))
    made.note("a", CheckDraft.end_attempt, AttemptEnded(2.0, "a", 1, Verdict.FAILED, 1000.0, "no"))
    *_, last = made
    assert made.name("a") == "name of a"
    assert [attempt.end.why for attempt in last.attempts if attempt.end] == ["no"]


@pytest.mark.parametrize("before", [0, NEAR])
def test_a_check_heard_of_before_its_plan_gets_its_name_with_it(before: int) -> None:
    made = check_book(*(f"n{number}" for number in range(before)))
    play(made, "a")
    made.plan(PlannedCheck("a", "its name", "database"))
    *_, last = made
    assert (last.planned.name, last.planned.scope) == ("its name", "database")
    assert made.name("a") == "its name"
    assert verdicts(made)["a"] is Verdict.PASSED
    assert len(made) == before + 1
