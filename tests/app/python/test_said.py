import asyncio
from pathlib import Path

import pytest

from dovetail import Environment, contains
from dovetail.app.python.said import ExpectationError, tell_outcome
from dovetail.errors import SuiteError
from dovetail.model.outcome import Mismatch, Sighting, StepOutcome, Verdict


def test_a_question_is_asked_when_it_is_said(letters: Environment) -> None:
    answer = letters.http("sorter").post("/letters", json={"to": "ada"})
    assert (answer.status, answer.json) == (202, {"to": "ada"})
    assert "202" in repr(answer)


def test_an_expectation_that_holds_hands_the_answer_on(letters: Environment) -> None:
    assert letters.http("sorter").get("/health").expect(status=200).json == {"status": "ok"}


def test_an_expectation_that_does_not_hold_says_what_came(letters: Environment) -> None:
    with pytest.raises(ExpectationError) as told:
        letters.http("sorter").get("/health").expect(status=201)
    assert "GET /health" in str(told.value)
    assert "expected 201, got 200" in str(told.value)


def test_within_asks_again_until_it_holds(letters: Environment) -> None:
    to = letters.unique.email
    answer = letters.http("postbox").get("/letters")
    letters.http("sorter").post("/letters", json={"to": to})
    answer.expect(json=contains({"to": to}), within="5s")


def test_within_shows_what_was_seen_when_it_never_holds(letters: Environment) -> None:
    with pytest.raises(ExpectationError, match="saw 200"):
        letters.http("postbox").get("/health").expect(json={"status": "asleep"}, within="100ms")


def test_no_answer_is_an_answer_too(letters: Environment) -> None:
    with letters.edge("sorter -> postbox").fault(refuse=True):
        letters.http("sorter").post("/letters", json={}).expect(status=503)


def test_a_part_that_no_answer_has_is_named(letters: Environment) -> None:
    with pytest.raises(AttributeError, match="'stauts'"):
        _ = letters.http("sorter").get("/health").stauts


def test_a_word_the_verb_does_not_know_is_shown_under_the_tests_own_line(letters: Environment) -> None:
    with pytest.raises(SuiteError) as told:
        letters.http("sorter").post("/letters", jsn={})
    problem = told.value.problems[0]
    assert Path(problem.file).resolve() == Path(__file__)
    assert "jsn" in problem.text
    assert "json" in problem.now


def test_an_async_test_awaits_the_same_words(letters: Environment) -> None:
    async def speak() -> int:
        answer = await letters.http("sorter").post("/letters", json={"to": "ada"})
        await answer.expect(status=202, within="2s")
        return int(answer.status)

    assert asyncio.run(speak()) == 202


def test_an_answer_under_way_is_not_asked_for_twice(letters: Environment) -> None:
    async def speak() -> None:
        answer = letters.http("sorter").post("/letters", json={"to": to})
        assert answer.status == 202
        await answer
        await letters.http("sorter").post("/letters", json={"to": to}).expect(status=202)

    to = letters.unique.email
    asyncio.run(speak())
    found = letters.http("postbox").get("/letters").json
    assert found.count({"to": to}) == 2


def test_an_outcome_without_an_answer_is_told_with_its_error() -> None:
    outcome = StepOutcome("", "http.request", "orders", Verdict.FAILED, 0.0, 1.0, error="refused", request="GET /")
    assert tell_outcome(outcome).splitlines() == ["GET / → refused", "  refused"]


def test_an_outcome_is_told_with_its_path_its_reason_and_its_timeline() -> None:
    outcome = StepOutcome(
        "",
        "http.request",
        "orders",
        Verdict.FAILED,
        0.0,
        1.0,
        mismatches=(Mismatch("status", "201", "503", "no longer taken"),),
        request="POST /orders",
        answer="503",
        sightings=(Sighting(0.25, "404"),),
    )
    assert tell_outcome(outcome).splitlines() == [
        "POST /orders → 503",
        "  status",
        "    expected 201, got 503",
        "    no longer taken",
        "  after 0.250 s saw 404",
    ]
