"""The plan: a pure function from a system and its checks to jobs with an order, locks and an isolation each."""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from hashlib import blake2b
from typing import cast

from msgspec import Struct, field
from msgspec.structs import replace

from dovetail.check.renderer import Renderer
from dovetail.engine.isolation import Choice, DataServices, choose_isolation
from dovetail.engine.name import find_unknown_names
from dovetail.engine.selection import Selection, name_checks, select_checks
from dovetail.engine.shorthand import spell_out
from dovetail.engine.touch import EffectOf, Touch, fragments_of, steps_of, touch
from dovetail.environment.stage import LockWish
from dovetail.errors import Problem, SuiteError
from dovetail.model.check import Check, Isolation, Suite
from dovetail.model.data import Data
from dovetail.model.graph import Reach, reach
from dovetail.model.system import EnvironmentSpec, System


class Job(Struct, frozen=True):
    """A check made ready to run; `number` is its place in every report, `needs` are ids of other jobs."""

    check: Check
    number: int
    choice: Choice
    wish: LockWish
    needs: tuple[str, ...] = ()
    slice_services: frozenset[str] = frozenset()
    skip: str = ""

    @property
    def id(self) -> str:
        return self.check.id


class PlanOrder(Struct, frozen=True):
    """What the plan is asked for; a stage shared with other processes keeps locks that only they might wish for."""

    selection: Selection = field(default_factory=Selection)
    seed: str = "0"
    environment: EnvironmentSpec | None = None
    is_stage_shared: bool = False
    is_direct: bool = False


class Knowledge(Struct, frozen=True):
    """What the technologies say of themselves: the technology of each verb, and what data services can do."""

    technologies: Mapping[str, str]
    effect_of: EffectOf
    data: DataServices = field(default_factory=DataServices)
    renderer: Renderer = field(default_factory=Renderer)


class Plan(Struct, frozen=True):
    """`jobs` stand in the order of reports, `start_order` are their ids in the order of starting."""

    jobs: tuple[Job, ...]
    start_order: tuple[str, ...]
    seed: str


def make_plan(system: System, suite: Suite, knowledge: Knowledge, order: PlanOrder) -> Plan:
    """Select, order, lock and isolate."""
    checks = select_checks(suite, order.selection)
    unknown = [problem for check in checks for problem in find_unknown_names(check, system.by_name)]
    if unknown:
        raise SuiteError(*dict.fromkeys(unknown))
    needs = _resolve_needs(checks)
    start_order = _order_starts(checks, needs, order.seed)
    reaches = {service.name: flow(system, service.name) for service in system.services}
    landscape = _Landscape(system, reaches, knowledge, order)
    jobs = tuple(_make_job(check, number, landscape, needs[check.id]) for number, check in enumerate(checks, 1))
    if not order.is_stage_shared:
        jobs = _drop_uncontended(jobs)
    return Plan(jobs, _set_back_first(jobs, start_order), order.seed)


def _set_back_first(jobs: Sequence[Job], start_order: Sequence[str]) -> tuple[str, ...]:
    """Begin with the checks that set data back: nobody can be beside them, and Python checks wait for their end."""
    later = {job.id for job in jobs if job.choice.isolation is not Isolation.RESET}
    return tuple(sorted(start_order, key=later.__contains__))


def flow(system: System, service: str) -> Reach:
    """Return what acting on `service` can touch: all below it, and whoever consumes what is published there."""
    services: set[str] = set()
    edges: set[str] = set()
    waiting = [service]
    while waiting:
        below = reach(system, waiting.pop())
        fresh = below.services - services
        services |= below.services
        edges |= below.edges
        waiting += [
            edge.source
            for edge in system.edges.values()
            if edge.consumes and edge.target in fresh and edge.source not in services
        ]
    return Reach(frozenset(services), frozenset(edges))


class _Landscape(Struct, frozen=True):
    system: System
    reaches: Mapping[str, Reach]
    knowledge: Knowledge
    order: PlanOrder


def _make_job(check: Check, number: int, landscape: _Landscape, needs: tuple[str, ...]) -> Job:
    knowledge, reaches = landscape.knowledge, landscape.reaches
    check = spell_out(check)
    touched = touch(check, landscape.system, knowledge.technologies, knowledge.effect_of)
    choice = choose_isolation(
        check, touched, reaches, knowledge.data, is_unique=_uses_unique(check, knowledge.renderer)
    )
    wish = _wish(check, touched, reaches, choice)
    slice_services = touched.services if choice.isolation is Isolation.SLICE else frozenset()
    skip = check.skip or _refusal(touched, landscape.order)
    return Job(check, number, choice, wish, needs, slice_services, skip)


def _wish(check: Check, touched: Touch, reaches: Mapping[str, Reach], choice: Choice) -> LockWish:
    shared: set[str] = set()
    for service in touched.services | touched.steered:
        if service in reaches:
            shared.update(f"service:{name}" for name in reaches[service].services)
            shared.update(f"edge:{name}" for name in reaches[service].edges)
    exclusive = {f"lock:{name}" for name in check.locks}
    exclusive.update(f"service:{name}" for name in touched.disturbed)
    exclusive.update(f"edge:{name}" for name in touched.broken | touched.counted)
    if choice.isolation is Isolation.RESET:
        exclusive.update(f"service:{name}" for name in choice.data)
    return LockWish(frozenset(shared - exclusive), frozenset(exclusive))


def _drop_uncontended(jobs: Sequence[Job]) -> tuple[Job, ...]:
    """Keep shared wishes only where some job wishes the same exclusively: the others never wait for anybody."""
    contended: frozenset[str] = frozenset().union(*(job.wish.exclusive for job in jobs))
    return tuple(
        replace(job, wish=LockWish(job.wish.shared & contended, job.wish.exclusive)) if job.wish.shared else job
        for job in jobs
    )


def _uses_unique(check: Check, renderer: Renderer) -> bool:
    spoken: list[Data] = [check.inputs]
    spoken += [fragment.inputs for fragment in fragments_of(check.actions)]
    for step in (*steps_of(check.actions), *steps_of(check.cleanup)):
        spoken += [step.subject, step.fields]
    return any("unique" in renderer.names_in(words) for words in spoken)


def _refusal(touched: Touch, order: PlanOrder) -> str:
    """Say why the check cannot be played here: a read-only environment, no proxies; empty where it can."""
    environment = order.environment
    needing = sorted(touched.broken | touched.counted)
    if order.is_direct and needing:
        return f"run with --direct, where {needing[0]} has no proxy to break it or to count its calls"
    if environment is None or not environment.is_read_only:
        return ""
    allowed = frozenset(environment.allowed)
    changed = [f"writes to {name}" for name in sorted(touched.written - allowed)]
    changed += [f"breaks {name}" for name in sorted(touched.broken - allowed)]
    changed += [f"disturbs {name}" for name in sorted(touched.steered - allowed)]
    if not changed:
        return ""
    return f"environment {environment.name} is read-only and this check {' and '.join(changed)}"


def _resolve_needs(checks: Sequence[Check]) -> Mapping[str, tuple[str, ...]]:
    by_word = name_checks(checks)
    return {check.id: tuple(by_word[need].id for need in check.needs) for check in checks}


def _order_starts(checks: Sequence[Check], needs: Mapping[str, Iterable[str]], seed: str) -> tuple[str, ...]:
    """Shuffle by the seed, so that no check leans on its neighbour by luck, then bring needs first."""
    ids = sorted((check.id for check in checks), key=lambda id_: blake2b(f"{seed}/{id_}".encode()).digest())
    sorter: TopologicalSorter[str] = TopologicalSorter({id_: needs[id_] for id_ in ids})
    try:
        return tuple(sorter.static_order())
    except CycleError as circle:
        raise _circle_of_needs(checks, cast("list[str]", circle.args[1])) from None


def _circle_of_needs(checks: Sequence[Check], circle: list[str]) -> SuiteError:
    by_id = {check.id: check for check in checks}
    names = " needs ".join(repr(by_id[id_].name) for id_ in reversed(circle))
    place = by_id[circle[0]].place
    return SuiteError(
        Problem(f"checks wait for each other: {names}", "drop one of these needs", place.file, place.line)
    )
