"""Every cause has its exit code, and the gravest decides."""

import pytest

from dovetail.engine.verdict import Circumstances, Tally, conclude
from dovetail.model.event import CheckEnded
from dovetail.model.outcome import Verdict


def tally(**counts: int) -> Tally:
    result = Tally()
    for verdict, number in counts.items():
        for index in range(number):
            result.count(CheckEnded(0.0, f"{verdict}-{index}", Verdict(verdict), 1.0, 1))
    return result


@pytest.mark.parametrize(
    ("counts", "circumstances", "code", "verdict"),
    [
        ({"passed": 3}, Circumstances(), 0, "passed"),
        ({"passed": 3, "skipped": 1}, Circumstances(), 0, "passed"),
        ({"passed": 3, "failed": 1, "inconclusive": 1}, Circumstances(), 1, "failed"),
        ({"passed": 3, "inconclusive": 1}, Circumstances(), 9, "inconclusive"),
        ({"passed": 3, "flaky": 1}, Circumstances(), 9, "flaky"),
        ({"passed": 3, "flaky": 1}, Circumstances(is_flaky_allowed=True), 0, "flaky"),
        ({"skipped": 2}, Circumstances(), 9, "inconclusive"),
        ({}, Circumstances(), 5, "inconclusive"),
        ({"passed": 3}, Circumstances(vain=("no check has the scope cache",)), 5, "inconclusive"),
        ({"failed": 1}, Circumstances(vain=("no check has the scope cache",)), 1, "failed"),
        ({}, Circumstances(not_ready="orders never became ready"), 6, "inconclusive"),
        ({"passed": 1}, Circumstances(remains=("process 12",)), 6, "failed"),
        ({"failed": 1}, Circumstances(remains=("process 12",)), 1, "failed"),
        ({"failed": 1}, Circumstances(interrupted="interrupted by Ctrl-C"), 2, "inconclusive"),
        ({"failed": 1}, Circumstances(broken=("Traceback\nValueError: x",), interrupted="y"), 3, "inconclusive"),
    ],
)
def test_the_gravest_cause_decides(
    counts: dict[str, int], circumstances: Circumstances, code: int, verdict: str
) -> None:
    conclusion = conclude(tally(**counts), circumstances)
    assert (conclusion.exit_code, conclusion.verdict) == (code, verdict)
    assert bool(conclusion.causes) == (code != 0)


def test_each_scope_named_in_vain_is_a_cause_unless_something_kept_checks_from_running() -> None:
    vain = ("no check has the scope cache", "no check has the scope auth")
    assert conclude(tally(passed=1), Circumstances(vain=vain)).causes == vain
    stopped = Circumstances(vain=vain, interrupted="interrupted by Ctrl-C")
    assert conclude(tally(passed=1), stopped).causes == ("interrupted by Ctrl-C",)
    assert conclude(tally(), Circumstances(vain=vain)).causes == ("no check ran",)


def test_all_causes_are_told_the_gravest_first() -> None:
    conclusion = conclude(tally(failed=2, inconclusive=1, flaky=1), Circumstances(remains=("port 8080", "process 12")))
    assert conclusion.causes == (
        "2 checks failed",
        "teardown left something behind: port 8080, process 12",
        "1 check inconclusive",
        "1 check flaky (passed only when tried again)",
    )


@pytest.mark.parametrize(
    "circumstances",
    [
        Circumstances(not_ready="orders never became ready"),
        Circumstances(interrupted="interrupted by Ctrl-C"),
        Circumstances(broken=("Traceback\nValueError: x",)),
    ],
)
def test_what_kept_every_check_from_running_is_told_alone(circumstances: Circumstances) -> None:
    assert len(conclude(tally(), circumstances).causes) == 1


def test_a_tally_remembers_what_a_next_run_may_want() -> None:
    assert tally(passed=1, failed=1, flaky=1, inconclusive=1, skipped=1).unhappy == [
        "failed-0",
        "flaky-0",
        "inconclusive-0",
    ]
