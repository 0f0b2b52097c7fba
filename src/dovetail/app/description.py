"""How a run introduces itself: the first event of its journal, the lines of `--dry-run`. Called by session and cli."""

from collections.abc import Iterator
from itertools import islice

from dovetail.app.preparation import Preparation
from dovetail.engine.plan import Job
from dovetail.environment.selection import select
from dovetail.map.criticality import criticality
from dovetail.model.event import CheckPlanned, MappedEdge, MappedService, PlannedCheck, RunStarted
from dovetail.model.graph import start_order
from dovetail.model.version import VERSION
from dovetail.report.text import spell_count

TOLD_AT_ONCE = 1_000


def describe_run(preparation: Preparation, at: float) -> Iterator[RunStarted | CheckPlanned]:
    """Yield the event that every reader of the journal starts from, and those that name the checks it does not."""
    planned = (_describe_job(job) for job in preparation.plan.jobs)
    yield _describe_start(preparation, at, tuple(islice(planned, TOLD_AT_ONCE)))
    for check in planned:
        yield CheckPlanned(at, check)


def _describe_start(preparation: Preparation, at: float, checks: tuple[PlannedCheck, ...]) -> RunStarted:
    system = preparation.project.system
    scores = criticality(system)
    return RunStarted(
        at=at,
        run=preparation.run,
        system=system.name,
        environment=preparation.environment.name,
        seed=preparation.plan.seed,
        version=VERSION,
        agents=preparation.agents,
        options=preparation.settings.spoken(),
        services=tuple(
            MappedService(service.name, service.technology, service.kind, service.owner, scores[service.name])
            for service in system.services
        ),
        edges=tuple(
            MappedEdge(
                edge.name,
                edge.source,
                edge.target,
                edge.technology,
                edge.is_asynchronous,
                edge.when_broken,
                edge.publishes,
                edge.consumes,
            )
            for edge in system.edges.values()
        ),
        checks=checks,
        more=len(preparation.plan.jobs) - len(checks),
    )


def _describe_job(job: Job) -> PlannedCheck:
    check = job.check
    return PlannedCheck(job.id, check.name, check.scope, check.place, check.tags, job.choice.isolation.value)


def tell_plan(preparation: Preparation) -> Iterator[str]:
    """Yield the lines of `--dry-run`: what would start, what would be played, how it is kept apart."""
    plan, system = preparation.plan, preparation.project.system
    checks, agents = spell_count(len(plan.jobs), "check"), spell_count(preparation.agents, "agent")
    yield f"{system.name} · {preparation.environment.name} · {checks} · {agents} · seed {plan.seed}"
    needed = select(preparation.stage, preparation.project.registry).start if preparation.needs_stage else ()
    wanted = {service.name for service in needed}
    for number, wave in enumerate(start_order(system), 1):
        names = [name for name in wave if name in wanted]
        if names:
            yield f"  start {number}  {', '.join(names)}"
    by_id = {job.id: job for job in plan.jobs}
    for place, id_ in enumerate(plan.start_order, 1):
        yield from _tell_job(place, by_id[id_])
    for file in preparation.python_files:
        yield f"  python  {file}"
    for text in preparation.notes:
        yield f"  note    {text}"


def _tell_job(place: int, job: Job) -> Iterator[str]:
    check = job.check
    yield f"  {place:>5}  {check.scope}: {check.name}"
    if job.skip:
        yield f"         skipped: {job.skip}"
        return
    if job.lack:
        yield f"         cannot be played: {job.lack}"
        return
    yield f"         {job.choice.isolation}: {job.choice.why}"
    if job.wish.exclusive:
        yield f"         alone on {', '.join(sorted(job.wish.exclusive))}"
    if job.wish.shared:
        yield f"         beside others on {', '.join(sorted(job.wish.shared))}"
    if job.needs:
        yield f"         after {', '.join(job.needs)}"
