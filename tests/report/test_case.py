"""The words in which rules ask about a check."""

import pytest

from dovetail.model.event import ServiceChanged
from dovetail.model.outcome import Mismatch, StepOutcome, Verdict
from dovetail.report.case import describe_failure, is_written_wrong, lacks_answer, log_evidence
from dovetail.report.fact import ServiceRecord

FAILED = ServiceChanged(5.0, "payments", "failed", detail="exited with code 1", log=("a", "", "b"))
SERVICE = ServiceRecord(
    "payments", "http", changes=(ServiceChanged(1.0, "payments", "ready"), FAILED), last_lines=("z",)
)


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("exited with code 1", "payments exited with code 1"),
        ("payments was killed", "payments was killed"),
        ("", "payments failed"),
    ],
)
def test_a_failure_names_its_service_once(detail: str, expected: str) -> None:
    assert describe_failure(ServiceChanged(1.0, "payments", "failed", detail=detail)) == expected


@pytest.mark.parametrize(
    ("state", "detail", "expected"),
    [
        ("paused", "", "payments was paused"),
        ("stopping", "", "payments was stopped"),
        ("stopping", "killed", "payments was killed"),
        ("stopping", "restarting", "payments was restarting"),
    ],
)
def test_what_somebody_did_to_a_service_is_said_as_such(state: str, detail: str, expected: str) -> None:
    assert describe_failure(ServiceChanged(1.0, "payments", state, detail=detail)) == expected


def test_the_log_of_the_failure_comes_before_what_was_written_later() -> None:
    assert [line.text for line in log_evidence(SERVICE, FAILED)] == ["a", "b"]
    bare = ServiceChanged(5.0, "payments", "failed")
    assert [line.text for line in log_evidence(SERVICE, bare)] == ["z"]


def test_an_answer_is_lacking_only_where_the_error_was_not_the_question() -> None:
    def step(*paths: str) -> StepOutcome:
        mismatches = tuple(Mismatch(path, "x", "refused") for path in paths)
        return StepOutcome("s", "http", "o", Verdict.FAILED, 0.0, 1.0, mismatches=mismatches, error="refused")

    assert lacks_answer(step())
    assert lacks_answer(step("error"))
    assert not lacks_answer(step("error.code"))


def test_a_mistake_of_the_users_is_known_by_its_place_and_line() -> None:
    assert is_written_wrong("a.yaml:1\n  1 │ x")
    assert not is_written_wrong("refused\n")
