"""One step: fill its values in, act, judge the answer, ask again while it may come right. Called by the attempt."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from dovetail.check.case import Judgement
from dovetail.check.judge import judge_answer
from dovetail.check.renderer import Renderer
from dovetail.check.route import take
from dovetail.engine.demise import Demise
from dovetail.errors import SuiteError
from dovetail.model.check import Step
from dovetail.model.data import NOWHERE, Data, Table, locate
from dovetail.model.outcome import Mismatch, Sighting, StepOutcome, Verdict
from dovetail.model.vocabulary import Verb
from dovetail.plugin.driver import Act, Answer, Session

FIRST_PAUSE = 0.005
LONGEST_PAUSE = 0.25
PAUSE_GROWTH = 1.6
SIGHTINGS_KEPT = 10

# What the last asking gets when the time is all but over: an answer that is there wants to be heard.
LAST_ANSWER = 0.25
LAST_MOMENT = 0.001


class StepOrder(Struct, frozen=True):
    """A step with who performs it, the values in force, and how many seconds are left for it.

    `demise` knows whether the service it speaks to has ended for good; None where somebody may bring it back.
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


async def play_step(order: StepOrder) -> StepOutcome:
    """Play one step to its outcome; values it saves are added to the scope."""
    step = order.step
    started_at, began = order.clock(), time.perf_counter()
    sightings: tuple[Sighting, ...] = ()
    answer, judgement, problem = Answer({}), Judgement(0, ()), ""
    try:
        act = fill_act(step, order.verb, order.scope, order.renderer)
        if step.within is None:
            answer, judgement = await _ask(order, act, order.seconds)
        else:
            answer, judgement, sightings = await _watch(order, act, min(step.within, order.seconds))
        if not judgement.mismatches and step.save:
            judgement = replace(judgement, mismatches=save_values(step, answer.facets, order.scope))
    except SuiteError as mistake:
        problem = str(mistake)
    failed = problem or judgement.mismatches
    return StepOutcome(
        name=step.name,
        verb=step.verb,
        on=step.on,
        verdict=Verdict.FAILED if failed else Verdict.PASSED,
        started_at=started_at,
        duration_ms=(time.perf_counter() - began) * 1000,
        expectations=judgement.evaluated,
        mismatches=tuple(judgement.mismatches),
        error=problem or answer.error,
        request=answer.request or name_step(step),
        answer=answer.summary,
        sightings=sightings,
        is_cleanup=order.is_cleanup,
        place=step.place,
    )


def fill_act(step: Step, verb: Verb, scope: Mapping[str, Data], renderer: Renderer) -> Act:
    """Fill the values of a step in; statements keep theirs beside them."""
    fields = step.fields
    if fields:
        filled = renderer.render(fields, scope, step.place)
        fields = filled if isinstance(filled, Mapping) else fields
    if verb.subject.kind == "bound" and isinstance(step.subject, str):
        return Act(verb.name, renderer.bind(step.subject, scope, step.place), fields)
    return Act(verb.name, renderer.render(step.subject, scope, step.place), fields)


def name_step(step: Step) -> str:
    return step.name or (step.subject if isinstance(step.subject, str) else step.verb)


def save_values(step: Step, facets: Mapping[str, Data], scope: dict[str, Data]) -> tuple[Mismatch, ...]:
    """Put what the step saves into the scope; what is not in the answer is a mismatch."""
    missed = []
    for name, path in step.save.items():
        place = locate(step.save, (name,)) or step.place
        try:
            scope[name] = take(facets, path, place)
        except SuiteError as nothing:
            why = nothing.problems[0]
            missed.append(Mismatch(f"save.{name}", f"a value at {path}", why.what, why.now, place))
    return tuple(missed)


async def _ask(order: StepOrder, act: Act, seconds: float) -> tuple[Answer, Judgement]:
    began = time.perf_counter()
    answer = await order.session.perform(act, seconds)
    return answer, weigh_answer(order, answer, time.perf_counter() - began)


async def _watch(order: StepOrder, act: Act, seconds: float) -> tuple[Answer, Judgement, tuple[Sighting, ...]]:
    """Ask until the expectations hold or the time is over; a stream is read on, anything else asked again.

    A service that has ended is asked once more, since what it sent before may be heard late.
    """
    began = time.perf_counter()
    first: list[Sighting] = []
    last: deque[Sighting] = deque(maxlen=SIGHTINGS_KEPT)
    pause, previous = FIRST_PAUSE, ""
    answer, judgement, was_dead = Answer({}), Judgement(0, ()), False
    is_stream = order.verb.waits == "stream"
    patience = LAST_MOMENT if is_stream else LAST_ANSWER
    while True:
        left = seconds - (time.perf_counter() - began)
        latest, judged = await (_listen if is_stream else _ask)(order, act, max(left, patience))
        at = time.perf_counter() - began
        is_end = is_stream and bool(latest.error)
        if not (is_end and first):
            answer, judgement = latest, judged
        saw = latest.error or latest.summary
        if saw != previous or is_stream:
            (first if len(first) < SIGHTINGS_KEPT else last).append(Sighting(at, saw))
            previous = saw
        why = order.demise.tell() if order.demise is not None and latest.error else ""
        if not judged.mismatches or is_end or latest.is_final or (why and was_dead) or at >= seconds:
            return answer, _explain(judgement, why), (*first, *last)
        was_dead = bool(why)
        if not is_stream:
            await asyncio.sleep(min(pause, max(0.0, seconds - at)))
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE)


async def _listen(order: StepOrder, act: Act, seconds: float) -> tuple[Answer, Judgement]:
    """Wait for a stream's next message for as long as there is somebody to send it."""
    if order.demise is None:
        return await _ask(order, act, seconds)
    patience = asyncio.timeout(None)
    try:
        async with patience:
            with order.demise.watch(patience):
                return await _ask(order, act, seconds)
    except TimeoutError:
        if not patience.expired():
            raise
        message = "nothing came before its server ended"
        answer = Answer({"error": {"kind": "closed", "message": message}}, error=message)
        return answer, weigh_answer(order, answer, 0.0)


def _explain(judgement: Judgement, why: str) -> Judgement:
    if not why or not judgement.mismatches:
        return judgement
    head, *rest = judgement.mismatches
    return replace(judgement, mismatches=(replace(head, why=f"{head.why}; {why}" if head.why else why), *rest))


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
    rendered = order.renderer.render(expect, order.scope, step.place)
    if not isinstance(rendered, Mapping):
        raise TypeError(f"expect was rendered to {type(rendered).__name__}")
    judgement = judge_answer(rendered, answer.facets, step.expect)
    if limit is None:
        return judgement
    return Judgement(judgement.evaluated + 1, (*judgement.mismatches, *_judge_time(step, limit, took)))


def _unexpected_error(step: Step, answer: Answer) -> Mismatch:
    expect = step.expect
    place = expect.place_of_key(next(iter(expect))) if isinstance(expect, Table) and expect.marks else step.place
    return Mismatch("error", "an answer", answer.error, place=place)


def _judge_time(step: Step, limit: Data, took: float) -> tuple[Mismatch, ...]:
    if not isinstance(limit, int | float) or took <= limit:
        return ()
    place = locate(step.expect, ("within",)) or NOWHERE
    return (Mismatch("within", f"an answer within {limit:g} s", f"after {took:.3f} s", place=place),)
