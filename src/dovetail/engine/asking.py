"""One asking of a step: act once, judge what came. Called by the step, and again and again while it waits."""

import time
from collections.abc import Callable, Mapping

from msgspec import Struct

from dovetail.check.case import Judgement
from dovetail.check.judge import judge_answer
from dovetail.check.moment import read_span
from dovetail.check.renderer import Renderer
from dovetail.engine.demise import Demise
from dovetail.errors import Problem, SuiteError
from dovetail.model.check import Step
from dovetail.model.data import NOWHERE, Data, Table, locate
from dovetail.model.outcome import Mismatch
from dovetail.model.vocabulary import Verb
from dovetail.plugin.driver import Act, Answer, Session


class StepOrder(Struct, frozen=True):
    """A step with who performs it, the values in force, and how many seconds are left for it.

    `demise` knows whether the service it speaks to has ended for good; None where somebody may bring it back. Nothing
    is filled into one that `is_plain`.
    """

    step: Step
    verb: Verb
    session: Session
    scope: dict[str, Data]
    seconds: float
    renderer: Renderer
    clock: Callable[[], float] = time.time
    is_cleanup: bool = False
    demise: Demise | None = None
    is_plain: bool = False


async def ask(order: StepOrder, act: Act, seconds: float) -> tuple[Answer, Judgement]:
    began = time.perf_counter()
    answer = await order.session.perform(act, seconds)
    return answer, weigh_answer(order, answer, time.perf_counter() - began)


def weigh_answer(order: StepOrder, answer: Answer, took: float) -> Judgement:
    """Judge an answer; one that never came is a mismatch unless the step expects its error."""
    step = order.step
    expect = step.expect
    if answer.error and "error" not in expect:
        return Judgement(1 if expect else 0, (_unexpected_error(step, answer),))
    if not expect:
        return Judgement(0)
    limit = expect.get("within")
    if limit is not None:
        expect = {key: value for key, value in expect.items() if key != "within"}
    rendered = _fill(order, expect)
    if not isinstance(rendered, Mapping):
        raise TypeError(f"expect was rendered to {type(rendered).__name__}")
    judgement = judge_answer(rendered, answer.facets, step.expect)
    if limit is None:
        return judgement
    return Judgement(judgement.evaluated + 1, (*judgement.mismatches, *_judge_time(order, limit, took)))


def _unexpected_error(step: Step, answer: Answer) -> Mismatch:
    expect = step.expect
    place = expect.place_of_key(next(iter(expect))) if isinstance(expect, Table) and expect.marks else step.place
    return Mismatch("error", "an answer", answer.error, place=place)


def _judge_time(order: StepOrder, limit: Data, took: float) -> tuple[Mismatch, ...]:
    place = locate(order.step.expect, ("within",)) or NOWHERE
    filled = _fill(order, limit)
    most = read_span(filled)
    if most is None:
        what = f"within wants a duration, got {filled}"
        raise SuiteError(Problem(what, "write it as 5s or 500ms", place.file, place.line, place.column))
    seconds = most.total_seconds()
    if took <= seconds:
        return ()
    return (Mismatch("within", f"an answer within {seconds:g} s", f"after {took:.3f} s", place=place),)


def _fill(order: StepOrder, written: Data) -> Data:
    return written if order.is_plain else order.renderer.render(written, order.scope, order.step.place)
