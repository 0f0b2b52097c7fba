"""Short forms of the stage's verbs spelled out before anything is played: `called: {on: x, times: 1}` expects 1.

Called by the plan.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from dovetail.engine.vocabulary import CALLED
from dovetail.model.check import Action, Check, Fragment, Step, Together, all_steps
from dovetail.model.data import Table

TIMES = "times"


def spell_out(check: Check) -> Check:
    """Return the check with every short form in its long one; the check itself where it has none."""
    if not any(_is_short(step) for step in all_steps(check)):
        return check
    return replace(check, actions=_spell_all(check.actions), cleanup=_spell_all(check.cleanup))


def _spell_all(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    return tuple(_spell(action) for action in actions)


def _spell(action: Action) -> Action:
    match action:
        case Step():
            return _spell_step(action)
        case Together():
            return replace(action, steps=tuple(_spell_step(step) for step in action.steps))
        case Fragment():
            return replace(action, actions=_spell_all(action.actions))


def _spell_step(step: Step) -> Step:
    if not _is_short(step) or not isinstance(step.subject, Mapping):
        return step
    expect = Table(step.subject.file if isinstance(step.subject, Table) else "")
    expect[TIMES] = step.subject[TIMES]
    if isinstance(step.subject, Table):
        expect.marks[TIMES] = step.subject.marks[TIMES]
    expect.update(step.expect)
    if isinstance(step.expect, Table):
        expect.marks.update(step.expect.marks)
    return replace(step, expect=expect)


def _is_short(step: Step) -> bool:
    return step.verb == CALLED and isinstance(step.subject, Mapping) and TIMES in step.subject
