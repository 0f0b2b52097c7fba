"""Short forms of the stage's verbs spelled out before anything is played: `called: {on: x, times: 1}` expects 1.

Called by the plan.
"""

from msgspec.structs import replace

from dovetail.engine.vocabulary import CALLED
from dovetail.model.check import Action, Check, Fragment, Step, Together, all_steps
from dovetail.model.data import Table

TIMES = "times"


def spell_out(check: Check) -> Check:
    """Return the check with every short form in its long one; the check itself where it has none."""
    if all(_short_form(step) is None for step in all_steps(check)):
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
    short = _short_form(step)
    if short is None:
        return step
    expect = Table(short.file)
    expect[TIMES] = short[TIMES]
    expect.marks[TIMES] = short.marks[TIMES]
    expect.update(step.expect)
    if isinstance(step.expect, Table):
        expect.marks.update(step.expect.marks)
    return replace(step, expect=expect)


def _short_form(step: Step) -> Table | None:
    """Return the subject of `called` where it says how often; every subject that is a map was read as a Table."""
    subject = step.subject
    return subject if step.verb == CALLED and isinstance(subject, Table) and TIMES in subject else None
