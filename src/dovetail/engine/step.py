"""One step: fill its values in, ask once or wait, keep what it saves. Called by the attempt."""

import time
from collections.abc import Mapping

from msgspec.structs import replace

from dovetail.check.case import Judgement
from dovetail.check.route import take
from dovetail.engine.asking import StepOrder, ask
from dovetail.engine.waiting import wait
from dovetail.errors import SuiteError
from dovetail.model.check import Step
from dovetail.model.data import Data, locate
from dovetail.model.outcome import Mismatch, Sighting, StepOutcome, Verdict
from dovetail.plugin.driver import Act, Answer


async def play_step(order: StepOrder) -> StepOutcome:
    """Play one step to its outcome; values it saves are added to the scope."""
    step = order.step
    started_at, began = order.clock(), time.perf_counter()
    sightings: tuple[Sighting, ...] = ()
    answer, judgement, problem = Answer({}), Judgement(0, ()), ""
    try:
        act = fill_act(order)
        if step.within is None:
            answer, judgement = await ask(order, act, order.seconds)
        else:
            answer, judgement, sightings = await wait(order, act, min(step.within, order.seconds))
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


def fill_act(order: StepOrder) -> Act:
    """Return what the step does, its values filled in; statements keep theirs beside them."""
    step, verb, renderer = order.step, order.verb, order.renderer
    is_bound = verb.subject.kind == "bound" and isinstance(step.subject, str)
    if order.is_plain and not is_bound:
        return Act(verb.name, step.subject, step.fields)
    filled = renderer.render(step.fields, order.scope, step.place)
    fields = filled if isinstance(filled, Mapping) else step.fields
    if is_bound:
        return Act(verb.name, renderer.bind(str(step.subject), order.scope, step.place), fields)
    return Act(verb.name, renderer.render(step.subject, order.scope, step.place), fields)


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
