"""What a check touches when it acts, read from its words alone; called by the plan to choose locks and isolation."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from dovetail.engine.vocabulary import CALLED, STAGE, STEERING_VERBS
from dovetail.errors import SuiteError
from dovetail.model.check import Action, Check, Fragment, Step, Together, all_steps
from dovetail.model.data import Data
from dovetail.model.system import System
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act

EffectOf = Callable[[str, Act], Effect]


class Touched(Struct, frozen=True):
    """One act on one service."""

    service: str
    technology: str
    effect: Effect


class Touch(Struct, frozen=True):
    """All that a check does: its acts, the services it steers, the edges it breaks, the edges it counts on."""

    acts: tuple[Touched, ...] = ()
    steered: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    has_together: bool = False

    @property
    def services(self) -> frozenset[str]:
        return frozenset(act.service for act in self.acts)

    @property
    def written(self) -> frozenset[str]:
        return frozenset(act.service for act in self.acts if act.effect is not Effect.READS)

    @property
    def disturbed(self) -> frozenset[str]:
        return self.steered | {act.service for act in self.acts if act.effect is Effect.DISTURBS}


def has_together(actions: Sequence[Action]) -> bool:
    return any(
        isinstance(action, Together) or (isinstance(action, Fragment) and has_together(action.actions))
        for action in actions
    )


def edges_meant(subject: Data, system: System) -> tuple[str, ...]:
    """Return the edges that the subject of `called` names: one edge, or every edge towards a service."""
    name = subject.get("on") if isinstance(subject, Mapping) else subject
    if name in system.edges:
        return (str(name),)
    return tuple(edge.name for edge in system.edges.values() if edge.target == name)


def find_named(check: Check, system: System) -> frozenset[str]:
    """Return the services that a check names: where it acts, what it steers, the ends of edges that it breaks."""
    named: set[str] = set()
    for fault in check.faults:
        named.update(_ends(fault.edge, system))
    for step in all_steps(check):
        named.add(step.on)
        named.update(_meant(step.subject, system))
        for fault in step.faults:
            named.update(_ends(fault.edge, system))
    return frozenset(system.by_name.keys() & named)


def touch(check: Check, system: System, technologies: Mapping[str, str], effect_of: EffectOf) -> Touch:
    """Read what `check` touches; `technologies` tells the technology of each verb."""
    acts: list[Touched] = []
    steered: set[str] = set()
    counted: set[str] = set()
    broken = {fault.edge for fault in check.faults}
    for step in all_steps(check):
        broken.update(fault.edge for fault in step.faults)
        technology = technologies[step.verb]
        if step.verb in STEERING_VERBS:
            steered.add(str(step.subject))
        elif step.verb == CALLED:
            counted.update(edges_meant(step.subject, system))
        elif technology != STAGE:
            acts.append(Touched(step.on, technology, _effect_at(step, technology, effect_of)))
    return Touch(tuple(acts), frozenset(steered), frozenset(broken), frozenset(counted), has_together(check.actions))


def _ends(edge: str, system: System) -> tuple[str, ...]:
    found = system.edges.get(edge)
    return (found.source, found.target) if found else ()


def _meant(subject: Data, system: System) -> tuple[str, ...]:
    """Return the services that the subject of a stage verb names."""
    name = subject.get("on") if isinstance(subject, Mapping) else subject
    if not isinstance(name, str):
        return ()
    return (name,) if name in system.by_name else _ends(name, system)


def _effect_at(step: Step, technology: str, effect_of: EffectOf) -> Effect:
    """Return what `step` does; words that its technology cannot read are a mistake at its place."""
    try:
        return effect_of(technology, Act(step.verb, step.subject, step.fields))
    except SuiteError as wrong:
        place = step.place
        placed = (replace(one, file=place.file, line=place.line, column=place.column) for one in wrong.problems)
        raise SuiteError(*placed) from None
