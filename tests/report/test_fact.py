"""What facts say about themselves."""

from typing import TYPE_CHECKING

import pytest

from dovetail.model.outcome import StepOutcome, Verdict
from dovetail.report.fact import AttemptRecord, CheckRecord, FaultRecord, Tally, Totals, find_original
from dovetail.report.record import read_run

if TYPE_CHECKING:
    from tests.report.conftest import Story


def step(name: str, verdict: Verdict, *, is_cleanup: bool = False) -> StepOutcome:
    return StepOutcome(name, "http", "orders", verdict, 0.0, 1.0, is_cleanup=is_cleanup)


def test_an_act_is_blamed_before_a_clean_up() -> None:
    steps = (
        step("tidy", Verdict.FAILED, is_cleanup=True),
        step("fine", Verdict.PASSED),
        step("act", Verdict.FAILED),
    )
    attempt = AttemptRecord(1, 0, 0.0, 1.0, Verdict.FAILED, steps=steps)
    assert attempt.blamed_step is steps[2]
    assert AttemptRecord(1, 0, 0.0, 1.0, Verdict.FAILED, steps=steps[:1]).blamed_step is steps[0]
    assert AttemptRecord(1, 0, 0.0, 1.0, Verdict.PASSED, steps=steps[1:2]).blamed_step is None


def test_checks_are_counted_by_scope_and_in_all() -> None:
    tally = Tally()
    assert (tally.by_scope(), tally.total()) == ({}, Totals())
    for verdict, scope in ((Verdict.PASSED, "api"), (Verdict.FAILED, "cache"), (Verdict.PASSED, "api")):
        tally.count(CheckRecord("one", "one", scope, verdict))
    assert tally.by_scope() == {"api": Totals(passed=2), "cache": Totals(failed=1)}
    assert tally.total() == Totals(passed=2, failed=1)


def test_skipped_checks_count_among_all() -> None:
    assert Totals(passed=3, skipped=1).checks == 4


def test_a_fault_says_its_kind_and_settings() -> None:
    assert FaultRecord("l", "a -> b", "refuse", {"enabled": "True"}, "c", 0.0).words == "refuse"
    assert (
        FaultRecord("l", "a -> b", "http", {"status": "503", "first": "2"}, "c", 0.0).words == "http status 503 first 2"
    )


def test_a_copy_in_a_slice_is_known_by_what_it_is_a_copy_of() -> None:
    names = ("orders@s1", "orders@s1 -> payments@s1", "orders -> payments", "orders")
    assert [find_original(name) for name in names] == ["orders", "orders -> payments", "orders -> payments", "orders"]


@pytest.mark.parametrize(
    ("totals", "are_fine"),
    [
        (Totals(), True),
        (Totals(passed=3, skipped=1), True),
        (Totals(passed=3, failed=1), False),
        (Totals(passed=3, flaky=1), False),
        (Totals(skipped=3, inconclusive=1), False),
    ],
)
def test_checks_are_fine_that_all_passed_or_were_skipped(totals: Totals, *, are_fine: bool) -> None:
    assert totals.are_fine is are_fine


def test_the_checks_of_a_scope_are_those_that_name_it(story: "Story") -> None:
    for name, scope in (("a", "api"), ("b", "cache"), ("c", "api")):
        story.check(name, scope, verdict=Verdict.SKIPPED)
    record = read_run(story.stream())
    assert [check.name for check in record.of_scope("api")] == ["a", "c"]
    assert [check.name for check in record.of_scope("cache")] == ["b"]
