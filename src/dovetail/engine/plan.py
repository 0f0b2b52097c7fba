"""The plan: a pure function from a system and its checks to jobs with an order, locks and an isolation each."""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from hashlib import blake2b
from typing import cast

from msgspec import Struct, field

from dovetail.check.grammar import find_mistakes
from dovetail.check.renderer import Renderer
from dovetail.engine.isolation import Choice, DataServices, choose_isolation, choose_slice
from dovetail.engine.misuse import find_misuse
from dovetail.engine.name import find_unknown_names, find_unusable_saves, has_slots
from dovetail.engine.selection import Selection, find_needed, name_checks, select_checks
from dovetail.engine.shorthand import spell_out
from dovetail.engine.touch import EffectOf, Touch, find_named, touch
from dovetail.engine.wish import drop_uncontended, turn_of, wish_for
from dovetail.environment.selection import find_lacking, spell_lacking
from dovetail.environment.stage import LockWish
from dovetail.errors import Problem, SuiteError
from dovetail.model.check import Check, Isolation, Suite, all_steps, fragments_of
from dovetail.model.data import Data
from dovetail.model.graph import Reach, reach
from dovetail.model.shelf import Shelf
from dovetail.model.system import EnvironmentSpec, System

COPYING = frozenset({Isolation.CLONE, Isolation.RESET, Isolation.SLICE})


class Job(Struct, frozen=True, gc=False):
    """A check made ready to run; `number` is its place in every report, `needs` are ids of other jobs.

    Of a large plan `check` is built anew from `checks` each time, so it is taken once. `is_slice_kept` says that its
    slice may serve the next check: all data can be set back, no process was steered. `has_slots` says that something in
    it is filled in when it is played. `skip` and `lack` say why it is not played: nobody wants it to be here, or what
    it needs is not there.
    """

    id: str
    number: int
    checks: Sequence[Check]
    choice: Choice
    wish: LockWish
    needs: tuple[str, ...] = ()
    slice_services: frozenset[str] = frozenset()
    is_slice_kept: bool = False
    skip: str = ""
    has_slots: bool = True
    lack: str = ""

    @property
    def check(self) -> Check:
        return self.checks[self.number - 1]

    @property
    def is_played(self) -> bool:
        return not (self.skip or self.lack)


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
    """`jobs` stand in the order of reports, `start_order` are their ids in the order of starting.

    `named` are the services that the checks to be played name.
    """

    jobs: tuple[Job, ...]
    start_order: tuple[str, ...]
    seed: str
    named: frozenset[str] = frozenset()

    @property
    def is_played(self) -> bool:
        """Tell whether some check is to be played at all."""
        return any(job.is_played for job in self.jobs)

    @property
    def needs_copies(self) -> bool:
        """Tell whether some check starts from data as it was set up, which must be remembered for that."""
        return any(job.choice.isolation in COPYING and job.is_played for job in self.jobs)


def make_plan(system: System, suite: Suite, knowledge: Knowledge, order: PlanOrder) -> Plan:
    """Select, order, lock and isolate; every check is looked at once, for in a large suite a look has its price."""
    landscape = _survey(system, knowledge, order)
    checks = select_checks(suite, order.selection)
    has_short_forms = False
    outlines: list[_Outline] = []
    mistakes: list[Problem] = []
    named: set[str] = set()
    for written in checks:
        check = spell_out(written)
        has_short_forms |= check is not written
        try:
            outline = _examine(written, check, landscape)
        except SuiteError as wrong:
            mistakes += wrong.problems
            continue
        outlines.append(outline)
        if outline.is_played:
            named |= find_named(check, system)
    if mistakes:
        raise SuiteError(*dict.fromkeys(mistakes))
    if has_short_forms:
        checks = Shelf(map(spell_out, checks)).finish()
    needs = _resolve_needs(checks) if any(one.needs for one in outlines) else {}
    start_order = _order_starts(checks, [one.id for one in outlines], needs, order.seed)
    jobs = _make_jobs(outlines, checks, needs, order)
    turns = {job.id: turn_of(job.choice.isolation) for job in jobs}
    return Plan(jobs, tuple(sorted(start_order, key=turns.__getitem__)), order.seed, frozenset(named))


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


class _Question(Struct, frozen=True):
    """All that decides how a check is kept apart: checks that touch the same in the same way get the same answer."""

    touched: Touch
    isolation: Isolation
    locks: tuple[str, ...]
    is_unique: bool
    has_needs: bool


class _Decision(Struct, frozen=True):
    choice: Choice
    wish: LockWish
    slice_services: frozenset[str]
    is_slice_kept: bool
    skip: str
    lack: str


class _Outline(Struct, frozen=True):
    """What a job will be made of once all checks are known; `needs` are as written, names or ids."""

    id: str
    decision: _Decision
    skip: str
    has_slots: bool
    needs: tuple[str, ...]

    @property
    def is_played(self) -> bool:
        return not (self.skip or self.decision.lack)


class _Landscape(Struct, frozen=True):
    """`elsewhere` are the services that run already; what lies below them is theirs.

    `lacking` are services that a read-only environment has no address for.
    """

    system: System
    reaches: Mapping[str, Reach]
    knowledge: Knowledge
    order: PlanOrder
    elsewhere: frozenset[str]
    lacking: frozenset[str] = frozenset()
    decisions: dict[_Question, _Decision] = field(default_factory=dict)

    def touch(self, check: Check) -> Touch:
        return touch(check, self.system, self.knowledge.technologies, self.knowledge.effect_of)


def _survey(system: System, knowledge: Knowledge, order: PlanOrder) -> _Landscape:
    given = order.environment.addresses if order.environment else {}
    elsewhere = frozenset(s.name for s in system.services if s.external or given.get(s.name))
    reaches = {
        service.name: Reach(frozenset({service.name}), frozenset())
        if service.name in elsewhere
        else flow(system, service.name)
        for service in system.services
    }
    lacking = find_lacking(system, order.environment)
    return _Landscape(system, reaches, knowledge, order, elsewhere, lacking)


def _find_mistakes(check: Check, system: System, *, is_slotted: bool) -> Iterator[Problem]:
    if is_slotted:
        yield from find_unknown_names(check, system.by_name)
    for step in all_steps(check):
        if step.save:
            yield from find_unusable_saves(step)
        yield from find_mistakes(step.expect)


def _find_misuse(check: Check, landscape: _Landscape) -> tuple[Problem, ...]:
    if check.skip or check.isolation is Isolation.AUTO:
        return ()
    touched = landscape.touch(check)
    return find_misuse(check, touched, landscape.system, landscape.reaches, landscape.knowledge.data)


def _examine(written: Check, check: Check, landscape: _Landscape) -> _Outline:
    """Return what the job of a check will be made of; raises with what is wrong in the check."""
    is_slotted = has_slots(written)
    wrong = tuple(_find_mistakes(written, landscape.system, is_slotted=is_slotted)) or _find_misuse(check, landscape)
    if wrong:
        raise SuiteError(*wrong)
    return _outline(check, landscape, is_slotted=is_slotted)


def _outline(check: Check, landscape: _Landscape, *, is_slotted: bool) -> _Outline:
    is_unique = is_slotted and _uses_unique(check, landscape.knowledge.renderer)
    question = _Question(landscape.touch(check), check.isolation, check.locks, is_unique, bool(check.needs))
    decision = landscape.decisions.get(question)
    if decision is None:
        decision = landscape.decisions[question] = _decide(check, question, landscape)
    return _Outline(check.id, decision, check.skip or decision.skip, is_slotted, check.needs)


def _make_jobs(
    outlines: Sequence[_Outline], checks: Sequence[Check], needs: Mapping[str, tuple[str, ...]], order: PlanOrder
) -> tuple[Job, ...]:
    """Make the jobs; on a stage of its own a plan keeps only the locks that two of them could wait for."""
    wishes = {one.decision.wish: one.decision.wish for one in outlines}
    if not order.is_stage_shared:
        wishes = dict(drop_uncontended(wishes))
    return tuple(
        Job(
            one.id,
            number,
            checks,
            one.decision.choice,
            wishes[one.decision.wish],
            needs.get(one.id, ()),
            one.decision.slice_services,
            one.decision.is_slice_kept,
            one.skip,
            one.has_slots,
            "" if one.skip else one.decision.lack,
        )
        for number, one in enumerate(outlines, 1)
    )


def _decide(check: Check, question: _Question, landscape: _Landscape) -> _Decision:
    touched, reaches = question.touched, landscape.reaches
    data = landscape.knowledge.data.given(landscape.elsewhere)
    choice = choose_isolation(check, touched, reaches, data, is_unique=question.is_unique)
    wish = wish_for(check, touched, reaches, choice, data.copied | data.foreign)
    sliced = choose_slice(touched, landscape.system, reaches) if choice.isolation is Isolation.SLICE else frozenset()
    skip = _refusal(touched, landscape.order) or _refuse_edge(touched, landscape)
    skip = skip or _refuse_isolation(check, touched, landscape)
    sliced -= landscape.elsewhere
    is_kept = bool(sliced) and not sliced & data.lasting and not touched.disturbed
    return _Decision(choice, wish, sliced, is_kept, skip, _tell_lack(touched, landscape))


def _refuse_edge(touched: Touch, landscape: _Landscape) -> str:
    """Say which edge can be neither broken nor counted: its proxy would stand behind a service that is started here."""
    absent, edges = landscape.elsewhere | landscape.lacking, landscape.system.edges
    bare = sorted(name for name in touched.broken | touched.counted if name in edges and edges[name].source in absent)
    if not bare:
        return ""
    return f"{edges[bare[0]].source} is not started here, so {bare[0]} has no proxy to break it or to count its calls"


def _refuse_isolation(check: Check, touched: Touch, landscape: _Landscape) -> str:
    """Say why the isolation that the check asks for cannot be had of what runs elsewhere."""
    wanted: Mapping[Isolation, frozenset[str]] = {
        Isolation.CLONE: touched.services & landscape.knowledge.data.copied,
        Isolation.RESET: touched.services,
        Isolation.SLICE: touched.services,
    }
    elsewhere = sorted(wanted.get(check.isolation, frozenset()) & landscape.elsewhere)
    return f"isolation: {check.isolation}, but {elsewhere[0]} runs elsewhere and serves others too" if elsewhere else ""


def _tell_lack(touched: Touch, landscape: _Landscape) -> str:
    """Say which service the check speaks to or steers has no address here; empty where all are there."""
    lacking = (touched.services | touched.steered) & landscape.lacking
    environment = landscape.order.environment
    if environment is None or not lacking:
        return ""
    return spell_lacking(environment, lacking)


def _uses_unique(check: Check, renderer: Renderer) -> bool:
    spoken: list[Data] = [check.inputs]
    spoken += [fragment.inputs for fragment in fragments_of(check.actions)]
    for step in all_steps(check):
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
    """Return the ids that each check needs which needs any."""
    ids = name_checks(checks)
    return {
        check.id: tuple(find_needed(check, need, ids, checks) for need in check.needs)
        for check in checks
        if check.needs
    }


def _order_starts(
    checks: Sequence[Check], ids: Sequence[str], needs: Mapping[str, tuple[str, ...]], seed: str
) -> tuple[str, ...]:
    """Shuffle by the seed, so that no check leans on its neighbour by luck, then bring needs first."""
    shuffled = sorted(ids, key=lambda id_: blake2b(f"{seed}/{id_}".encode()).digest())
    if not needs:
        return tuple(shuffled)
    sorter: TopologicalSorter[str] = TopologicalSorter({id_: needs.get(id_, ()) for id_ in shuffled})
    try:
        return tuple(sorter.static_order())
    except CycleError as circle:
        raise _circle_of_needs(checks, cast("list[str]", circle.args[1])) from None


def _circle_of_needs(checks: Sequence[Check], circle: list[str]) -> SuiteError:
    by_id = {check.id: check for check in checks}
    names = " needs ".join(repr(by_id[id_].name) for id_ in reversed(circle))
    place = by_id[circle[0]].place
    return SuiteError(
        Problem(f"checks wait for each other: {names}", "drop one of these needs", place.file, place.line, place.column)
    )
