"""The stage's own verbs: what was called, and what cannot be done."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from dovetail.model.check import Step
from dovetail.model.data import Table
from dovetail.model.exchange import Exchange
from dovetail.model.outcome import Verdict

Make = Callable[..., Any]


def exchange(request: str, at: float, edge: str = "orders -> stock") -> Exchange:
    return Exchange(edge, "http", request, "200", "answered", at, 1.0)


def called(subject: Any, **more: Any) -> Step:
    return Step("called", "", as_read(subject) if isinstance(subject, dict) else subject, **more)


def as_read(words: dict[str, Any]) -> Table:
    table = Table("a.yaml")
    table.update(words)
    table.marks.update(dict.fromkeys(words, (4, 9, 4, 13)))
    return table


def test_calls_since_the_check_began_are_counted(house: Make, check: Make) -> None:
    soon = time.time() + 3600
    exchanges = [exchange("GET /old", 1.0), exchange("GET /a", soon + 1), exchange("POST /b", soon)]
    outcome = house(exchanges=exchanges).play(
        check("edge", called("orders -> stock", expect={"times": 2, "calls": [{"request": "POST /b"}, {}]})),
        check("service", called({"on": "stock"}, expect={"times": 2})),
        check("request", called("orders -> stock", fields={"request": "POST"}, expect={"times": 1})),
    )
    assert outcome.tally.verdicts[Verdict.PASSED] == 3


def test_calls_count_from_the_beginning_of_the_attempt(house: Make, http: Make, check: Make) -> None:
    exchanges = [exchange("GET /earlier", time.time())]

    async def answer(method: str, path: str, body: object) -> tuple[int, object]:
        exchanges.append(exchange(f"{method} {path}", time.time()))
        return 200, body

    step = called("orders -> stock", expect={"calls": [{"request": "GET /a"}]})
    outcome = house(answer, exchanges=exchanges).play(check("c", http("GET /a"), step))
    assert outcome.ended("c").verdict is Verdict.PASSED


def test_the_number_may_stand_in_the_subject(house: Make, check: Make) -> None:
    outcome = house(exchanges=[exchange("GET /a", time.time() + 3600)]).play(
        check("right", called({"on": "stock", "times": 1})), check("wrong", called({"on": "stock", "times": 2}))
    )
    assert outcome.ended("right").verdict is Verdict.PASSED
    assert outcome.ended("wrong").verdict is Verdict.FAILED
    assert outcome.steps("wrong")[0].mismatches[0].path == "times"


def test_a_stand_in_that_was_never_called_is_seen(house: Make, check: Make) -> None:
    outcome = house().play(check("c", called("orders -> stock", expect={"times": {"at_least": 1}})))
    assert outcome.ended("c").verdict is Verdict.FAILED


@pytest.mark.parametrize("times", [0, 1])
def test_calls_that_nobody_could_read_are_an_error_and_no_number(house: Make, check: Make, times: int) -> None:
    blind = house(exchanges=[exchange("GET /a", time.time() + 3600)], refuses=frozenset({"calls"}))
    outcome = blind.play(check("c", called({"on": "stock", "times": times})))
    assert outcome.ended("c").verdict is Verdict.FAILED
    (mismatch,) = outcome.steps("c")[0].mismatches
    assert mismatch.path == "error"
    assert mismatch.got == "the calls of orders -> stock cannot be counted; speak plaintext"


def test_nobody_waits_for_a_number_that_can_never_be_had(house: Make, check: Make) -> None:
    step = called("orders -> stock", expect={"times": 1}, within=60.0)
    began = time.perf_counter()
    outcome = house(refuses=frozenset({"calls"})).play(check("c", step))
    assert outcome.ended("c").verdict is Verdict.FAILED
    assert time.perf_counter() - began < 30


def test_a_check_may_expect_that_nobody_can_read_an_edge(house: Make, check: Make) -> None:
    step = called("orders -> stock", expect={"error": {"kind": "protocol"}})
    outcome = house(refuses=frozenset({"calls"})).play(check("c", step))
    assert outcome.ended("c").verdict is Verdict.PASSED


def test_an_unknown_edge_is_the_suites_mistake(house: Make, check: Make) -> None:
    outcome = house().play(check("c", called("orders -> nobody", expect={"times": 1})))
    assert "neither an edge nor a service" in outcome.steps("c")[0].error


def test_a_service_that_cannot_be_steered_is_told(house: Make, check: Make) -> None:
    step = Step("restart", "", "stock", expect={"state": "ready"})
    outcome = house(refuses=frozenset({"restart"})).play(check("c", step))
    assert outcome.ended("c").verdict is Verdict.FAILED
    assert "cannot restart stock" in outcome.steps("c")[0].error
