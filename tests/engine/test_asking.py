"""An answer weighed against what a step expects of it."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from dovetail.check.renderer import Renderer
from dovetail.engine.asking import StepOrder, weigh_answer
from dovetail.errors import SuiteError
from dovetail.model.check import Step
from dovetail.model.data import Data, Table
from dovetail.model.vocabulary import Verb, Word
from dovetail.plugin.driver import Answer

NOBODY = cast("Any", None)
NO_ANSWER = Answer({"error": {"kind": "refused"}}, error="connection refused")


def order(expect: Mapping[str, Data], **scope: Data) -> StepOrder:
    verb = Verb("web.ask", Word("path", "string", ""), "")
    return StepOrder(Step("web.ask", "web", "/", expect=expect), verb, NOBODY, scope, 1.0, Renderer())


def test_an_answer_that_never_came_is_a_mismatch_unless_its_error_is_expected() -> None:
    (missed,) = weigh_answer(order({"status": 200}), NO_ANSWER, 0.1).mismatches
    assert (missed.path, missed.got) == ("error", "connection refused")
    assert weigh_answer(order({"error": {"kind": "refused"}}), NO_ANSWER, 0.1).holds


def test_no_answer_is_one_expectation_that_failed_where_the_first_one_stands() -> None:
    expect = Table("a.yaml")
    expect.update({"status": 200, "json": {}})
    expect.marks.update({"status": (4, 9, 4, 17), "json": (5, 9, 5, 15)})
    judgement = weigh_answer(order(expect), NO_ANSWER, 0.1)
    assert (judgement.evaluated, judgement.mismatches[0].place.line) == (1, 4)


def test_a_step_that_expects_nothing_proves_nothing() -> None:
    assert weigh_answer(order({}), Answer({"status": 500}), 0.1).evaluated == 0
    unanswered = weigh_answer(order({}), NO_ANSWER, 0.1)
    assert (unanswered.evaluated, len(unanswered.mismatches)) == (0, 1)


def test_what_is_expected_may_hold_values_of_the_run() -> None:
    assert weigh_answer(order({"id": "{{ order }}"}, order=7), Answer({"id": 7}), 0.1).holds


@pytest.mark.parametrize(("took", "holds"), [(0.1, True), (0.3, False)])
def test_how_long_an_answer_took_is_an_expectation_of_its_own(took: float, *, holds: bool) -> None:
    expect = Table("a.yaml")
    expect.update({"status": 200, "within": 0.2})
    expect.marks["within"] = (4, 9, 4, 17)
    judgement = weigh_answer(order(expect), Answer({"status": 200}), took)
    assert (judgement.evaluated, judgement.holds) == (2, holds)
    assert all(missed.place.line == 4 for missed in judgement.mismatches)


@pytest.mark.parametrize("limit", ["200ms", 0.2])
def test_how_long_an_answer_may_take_may_be_a_value_of_the_run(limit: Data) -> None:
    asked = order({"within": "{{ limit }}"}, limit=limit)
    assert weigh_answer(asked, Answer({}), 0.1).holds
    (missed,) = weigh_answer(asked, Answer({}), 0.3).mismatches
    assert (missed.path, missed.expected, missed.got) == ("within", "an answer within 0.2 s", "after 0.300 s")


def test_a_limit_that_is_no_duration_is_refused_at_its_line() -> None:
    expect = Table("a.yaml")
    expect["within"] = "{{ limit }}"
    expect.marks["within"] = (4, 9, 4, 17)
    with pytest.raises(SuiteError, match="within wants a duration, got soon") as refusal:
        weigh_answer(order(expect, limit="soon"), Answer({}), 0.1)
    assert refusal.value.problems[0].line == 4
