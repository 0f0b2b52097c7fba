"""Checks tried again: every attempt is kept, passing late is flaky."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from dovetail.engine.play import Play
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


def test_what_could_not_be_cleaned_up_is_not_tried_again(house: Make, http: Make, check: Make) -> None:
    cleanup = (http("DELETE /status/500", expect=OK),)
    outcome = house(retry=3).play(check("c", http("GET /status/500", expect=OK), cleanup=cleanup))
    assert (outcome.ended("c").verdict, outcome.ended("c").attempts) == (Verdict.FAILED, 1)


def test_nothing_is_tried_again_once_the_run_is_to_stop(house: Make, http: Make, check: Make) -> None:
    asked, stopped = asyncio.Event(), asyncio.Event()

    async def refuse(method: str, path: str, body: object) -> tuple[int, object]:
        asked.set()
        await stopped.wait()
        return 500, {"asked": [method, path, body]}

    async def stop(play: Play) -> None:
        await asked.wait()
        play.stop.set("--fail-fast after another failed")
        stopped.set()

    outcome = house(refuse, retry=3, meanwhile=stop).play(check("c", http("GET /", expect=OK)))
    assert (outcome.ended("c").verdict, outcome.ended("c").attempts) == (Verdict.FAILED, 1)


def test_a_check_takes_as_long_as_all_its_attempts_and_one_that_never_began_no_time(
    house: Make, http: Make, check: Make
) -> None:
    tried = check("tried", http("GET /", expect=OK))
    left_out = check("left out", http("GET /", expect=OK), skip="not today")
    outcome = house(wavering(500), retry=1).play(tried, left_out)
    least = sum(attempt.duration_ms for attempt in outcome.attempts("tried"))
    assert least <= outcome.ended("tried").duration_ms < least + 5000
    steps = sum(step.duration_ms for step in outcome.steps("tried"))
    assert steps <= least < steps + 5000
    ended = outcome.ended("left out")
    assert (ended.verdict, ended.why, ended.attempts, ended.duration_ms) == (Verdict.SKIPPED, "not today", 0, 0)


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
