"""How much depends on each service, from 0 to 1; called by the map, and by the app for reports."""

from collections.abc import Mapping, Sequence

from dovetail.map.impact import impact
from dovetail.model.check import Action, Check, Fragment, Step
from dovetail.model.graph import reach
from dovetail.model.system import System

SOFT_SHARE = 0.3
CHECKS_SHARE = 0.25


def criticality(system: System, checks: Sequence[Check] = ()) -> Mapping[str, float]:
    """Return the share of the system's own services that are lost with each; checks that need it count a quarter.

    A service that degrades or queues without it counts for less than one that fails.
    """
    own = frozenset(service.name for service in system.services if service.is_own_code and not service.is_job)
    needed = needed_by_checks(system, checks) if checks else {}
    scores: dict[str, float] = {}
    for service in system.services:
        lost = impact(system, service.name)
        failing = len(own & {service.name, *lost.fail})
        softened = len(own & {*lost.degrade, *lost.queue})
        score = (failing + SOFT_SHARE * softened) / len(own) if own else 0.0
        if checks:
            score = (1 - CHECKS_SHARE) * score + CHECKS_SHARE * needed.get(service.name, 0) / len(checks)
        scores[service.name] = round(score, 3)
    return scores


def needed_by_checks(system: System, checks: Sequence[Check]) -> dict[str, int]:
    """Count the checks that speak to each service or to one that uses it."""
    reached = {service.name: reach(system, service.name).services for service in system.services}
    needed: dict[str, int] = {}
    for check in checks:
        touched = {name for action in check.actions for name in services_of(action)}
        for name in {below for service in touched for below in reached.get(service, ())}:
            needed[name] = needed.get(name, 0) + 1
    return needed


def services_of(action: Action) -> frozenset[str]:
    if isinstance(action, Step):
        return frozenset({action.on})
    actions: Sequence[Action] = action.actions if isinstance(action, Fragment) else action.steps
    return frozenset(name for inner in actions for name in services_of(inner))
