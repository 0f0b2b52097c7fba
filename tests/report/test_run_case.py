"""A report that holds nothing but cases is never green where the run is not."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dovetail.model.event import TornDown
from dovetail.model.outcome import Verdict
from dovetail.report.fact import Record, Totals
from dovetail.report.record import read_run
from dovetail.report.run_case import NAME, with_run_case

if TYPE_CHECKING:
    from tests.report.conftest import Story


def told(story: "Story", verdict: Verdict, exit_code: int, *causes: str) -> Record:
    story.end(2.0, verdict, exit_code, *causes)
    return with_run_case(read_run(story.stream()))


def test_what_teardown_left_is_a_case_that_failed_and_names_it(story: "Story") -> None:
    story.check("fine", "api", story.attempt(1.0, 0.1))
    story.end(2.0, Verdict.FAILED, 6, "teardown left something behind: process 7")
    events = [replace(one, remains=("process 7",)) if isinstance(one, TornDown) else one for one in story.stream()]
    record = with_run_case(read_run(events))
    own = record.checks[-1]
    assert (own.name, own.scope, own.verdict) == (NAME, "run", Verdict.FAILED)
    assert own.why.splitlines() == ["teardown left something behind: process 7", "left | process 7"]
    assert (record.totals.failed, record.totals.passed, record.scopes["run"].failed) == (1, 1, 1)


@pytest.mark.parametrize(
    ("verdict", "seen", "cause"),
    [
        (Verdict.SKIPPED, Verdict.INCONCLUSIVE, "every check was skipped"),
        (Verdict.FLAKY, Verdict.FLAKY, "1 check is flaky"),
    ],
)
def test_a_run_that_is_in_doubt_has_a_case_in_doubt(
    story: "Story", verdict: Verdict, seen: Verdict, cause: str
) -> None:
    story.check("one", "api", story.attempt(1.0, 0.1), verdict=verdict)
    record = told(story, seen, 9, cause)
    assert [check.verdict for check in record.checks] == [verdict, Verdict.INCONCLUSIVE]
    assert record.checks[-1].why == cause


@pytest.mark.parametrize(
    ("verdict", "exit_code"), [(Verdict.PASSED, 0), (Verdict.FAILED, 1), (Verdict.INCONCLUSIVE, 9)]
)
def test_what_a_check_says_needs_no_case_of_its_own(story: "Story", verdict: Verdict, exit_code: int) -> None:
    story.check("one", "api", story.attempt(1.0, 0.1, verdict), verdict=verdict)
    assert len(told(story, verdict, exit_code, "one of them").checks) == 1


def test_the_checks_of_a_large_run_stay_on_a_shelf_beside_its_own_case(
    failures_far_behind: Record, peak_of: Callable[[Callable[[], object]], int]
) -> None:
    doubtful = replace(failures_far_behind, totals=Totals(flaky=len(failures_far_behind.checks)))
    assert peak_of(lambda: with_run_case(doubtful)) < 3_000_000
    checks = with_run_case(doubtful).checks
    assert [check.name for check in (checks[0], checks[-2], checks[-1])] == ["fine 0", "bad 199", NAME]
