"""Checks tried again: every attempt is kept, passing late is flaky."""

from collections.abc import Callable
from typing import Any

import pytest

from dovetail.engine.retry import settle
from dovetail.model.event import AttemptEnded
from dovetail.model.outcome import Verdict

Make = Callable[..., Any]
OK = {"status": 200}


def wavering(*statuses: int) -> Callable[[str, str, object], Any]:
    left = iter(statuses)

    async def answer(method: str, path: str, body: object) -> tuple[int, object]:
        return next(left, 200), {"asked": [method, path, body]}

    return answer


def test_passing_at_a_later_attempt_is_flaky_and_keeps_every_attempt(house: Make, http: Make, check: Make) -> None:
    outcome = house(wavering(500, 500)).play(check("c", http("GET /", expect=OK), retry=3))
    assert outcome.ended("c").verdict is Verdict.FLAKY
    assert outcome.ended("c").attempts == 3
    assert [attempt.verdict for attempt in outcome.attempts("c")] == ["failed", "failed", "passed"]


def test_retries_end(house: Make, http: Make, check: Make) -> None:
    outcome = house(wavering(500, 500, 500), retry=1).play(check("c", http("GET /", expect=OK)))
    assert (outcome.ended("c").verdict, outcome.ended("c").attempts) == (Verdict.FAILED, 2)


def test_a_check_may_say_itself_how_often_it_is_tried(house: Make, http: Make, check: Make) -> None:
    outcome = house(wavering(500), retry=5).play(check("c", http("GET /", expect=OK), retry=0))
    assert outcome.ended("c").attempts == 1


def test_what_proves_nothing_is_not_tried_again(house: Make, http: Make, check: Make) -> None:
    assert house(retry=3).play(check("c", http("GET /"))).ended("c").attempts == 1


def test_every_attempt_has_unique_values_of_its_own(house: Make, http: Make, check: Make) -> None:
    outcome = house(wavering(500), retry=1).play(check("c", http("GET /{{ unique.id }}", expect=OK)))
    assert len(set(outcome.service.seen)) == 2


@pytest.mark.parametrize(
    ("last", "attempts", "verdict", "why"),
    [
        (AttemptEnded(0, "c", 1, Verdict.PASSED, 1), 1, "passed", ""),
        (AttemptEnded(0, "c", 2, Verdict.PASSED, 1), 2, "flaky", "passed at attempt 2, failed before"),
        (AttemptEnded(0, "c", 1, Verdict.PASSED, 1, cleanup_failed="x"), 1, "failed", "cleanup failed: x"),
        (AttemptEnded(0, "c", 1, Verdict.FAILED, 1, "late", "x"), 1, "failed", "late"),
        (AttemptEnded(0, "c", 1, Verdict.INCONCLUSIVE, 1, "nothing"), 1, "inconclusive", "nothing"),
    ],
)
def test_a_check_is_judged_by_its_last_attempt(last: AttemptEnded, attempts: int, verdict: str, why: str) -> None:
    assert settle(last, attempts) == (verdict, why)
