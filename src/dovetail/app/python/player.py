"""One Python process's part in a run: opens or joins the stage when first needed, plays checks on it, lets go.

Made by the pytest plugin, once a process. Started by `dovetail run` it joins that run's stage and tells it every event
(see `app/python_checks`); started by itself it joins the environment that is kept, where one is, or else opens a stage
which all workers of one pytest run share.
"""

import os
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from dovetail.app.config import Settings, resolve
from dovetail.app.project import Project, open_project
from dovetail.app.provision import refuse_missing
from dovetail.app.python.border import Border
from dovetail.app.python.check import PythonCheck
from dovetail.app.python.environment import Environment
from dovetail.app.python.relay import Relay
from dovetail.app.python.said import tell_outcome
from dovetail.app.python.seclusion import Marked, seclude
from dovetail.app.python.stagehand import Stagehand, make_stagehand
from dovetail.app.python_leash import tie
from dovetail.app.stage_process import COMMAND
from dovetail.engine.cast import Cast, gather_knowledge
from dovetail.engine.plan import Job, Plan, PlanOrder, make_plan
from dovetail.engine.play import Play, describe_doors
from dovetail.engine.retry import play_job
from dovetail.environment.attendance import find_kept
from dovetail.environment.opening import open_stage
from dovetail.environment.order import StageInfo, StageOrder
from dovetail.environment.remote import RemoteStage
from dovetail.environment.selection import find_lacking, find_started
from dovetail.environment.stage import Stage
from dovetail.errors import BrokenDovetailError, Problem, UsageError
from dovetail.errors.nearest import suggest
from dovetail.model.check import Check
from dovetail.model.event import CheckEnded, CheckPlanned, Event, PlannedCheck, StepEnded
from dovetail.model.outcome import Verdict
from dovetail.source.environment import choose_environment
from dovetail.source.lexicon import Lexicon


class Ending(Struct, frozen=True):
    """How a YAML check ended, with the words for whoever reads pytest's output."""

    verdict: Verdict
    told: str


class Running(Struct):
    """What exists once the stage is up; `heard` are the steps of the YAML check that is played."""

    stage: Stage
    cast: Cast
    hand: Stagehand
    jobs: Mapping[str, Job]
    heard: list[StepEnded] = field(default_factory=list)
    endings: dict[str, Ending] = field(default_factory=dict)


class Player:
    """`share` is the same for all workers of one pytest run, `controller` the process they must not outlive, if any."""

    def __init__(self, start: Path, environ: Mapping[str, str], share: str, controller: int = 0) -> None:
        self._environ = environ
        self._share = share
        self._controller = controller
        self._project: Project = open_project(start, environ)
        self._relay = Relay(environ.get("DOVETAIL_EVENTS", ""))
        self._border: Border | None = None
        self._running: Running | None = None
        self._needs_copies = False

    @property
    def folder(self) -> Path:
        return self._project.folder

    def read_checks(self, file: Path) -> Sequence[Check]:
        return self._project.read_checks((file,)).checks

    def foresee_copies(self) -> None:
        """Have data remembered as set up when the stage opens: some test will start from it."""
        self._needs_copies = True

    def begin(self, planned: PlannedCheck, marked: Marked | None = None) -> tuple[Environment, PythonCheck]:
        """Start a Python check; the stage comes up with the first one."""
        running, border = self._run()
        try:
            self._refuse_unknown(planned)
            job = seclude(running.hand, planned, marked or Marked())
        except UsageError as mistake:
            self.tell(planned, Verdict.FAILED, str(mistake))
            raise
        check = PythonCheck(running.hand, planned, job)
        border.wait(check.begin())
        return Environment(border, check), check

    def tell(self, planned: PlannedCheck, verdict: Verdict, why: str) -> None:
        """Tell the run of a test that never was a check: how it ended, and why."""
        at = time.time()
        self._relay.publish(CheckPlanned(at, planned))
        self._relay.publish(CheckEnded(at, planned.id, verdict, 0.0, 0, why))

    def end(self, check: PythonCheck, verdict: Verdict, why: str) -> str:
        return self._behind_border().wait(check.end(verdict, why))

    def play(self, check: str) -> Ending:
        """Play a YAML check, and before it those it needs."""
        running, border = self._run()
        return border.wait(self._play(running, running.jobs[check]))

    def find_kept(self) -> StageInfo | None:
        """Return the environment that is up already and will be joined; None where one is opened or a run has one."""
        if self._environ.get("DOVETAIL_SOCKET"):
            return None
        return find_kept(self._order(self._resolve()))

    def close(self) -> tuple[str, ...]:
        """Let the stage go; returns what remains of it."""
        remains: tuple[str, ...] = ()
        if self._border is not None:
            if self._running is not None:
                running, self._running = self._running, None
                remains = self._border.wait(self._leave(running))
            self._border.close()
        self._relay.close()
        return remains

    def _refuse_unknown(self, planned: PlannedCheck) -> None:
        scopes, place = self._project.words.scopes, planned.place
        if planned.scope not in scopes:
            what = f"there is no scope {planned.scope!r}"
            raise UsageError(Problem(what, suggest(planned.scope, scopes), place.file, place.line))

    def _run(self) -> tuple[Running, Border]:
        border = self._behind_border()
        if self._running is None:
            if self._controller:
                tie(self._controller)
            self._running = border.wait(self._open())
            os.register_at_fork(after_in_child=self._disown)
        return self._running, border

    def _behind_border(self) -> Border:
        if self._border is None:
            self._border = Border()
        return self._border

    def _disown(self) -> None:
        """Let go of what a forked process was born with: it must not keep up the stage or a run's end."""
        if self._running is not None and isinstance(self._running.stage, RemoteStage):
            self._running.stage.disown()
        self._relay.disown()

    async def _open(self) -> Running:
        project = self._project
        settings = self._resolve()
        ordered = self._order(settings)
        environment = ordered.environment
        seed = settings.text("seed") or secrets.token_hex(2)
        order = PlanOrder(seed=seed, environment=environment, is_stage_shared=True, is_direct=settings.is_on("direct"))
        suite = project.read_checks()
        knowledge = gather_knowledge(project.registry, project.system)
        plan = make_plan(project.system, suite, knowledge, order) if suite.checks else Plan((), (), seed)
        is_copied = self._needs_copies or plan.needs_copies or ordered.is_kept
        stage = await self._join_or_open(replace(ordered, is_copied=is_copied))
        cast = Cast(project.registry, stage, project.system)
        lacking = find_lacking(project.system, environment)
        names = [one.name for one in project.system.services if not one.is_job and one.name not in lacking]
        doors = {name: await stage.address(name) for name in names}
        jobs, heard = {job.id: job for job in plan.jobs}, list[StepEnded]()
        play = Play(
            system=project.system,
            stage=stage,
            cast=cast,
            publish=lambda event: self._publish(event, jobs, heard),
            clock=time.time,
            seed=seed,
            timeout=settings.number("timeout"),
            retry=int(settings.number("retry")),
            doors=doors,
            values=describe_doors(doors),
            is_stage_shared=True,
            mark=f"p{os.getpid()}",
        )
        hand = make_stagehand(play, Lexicon(project.words), knowledge.data, environment)
        return Running(stage, cast, hand, jobs, heard)

    def _resolve(self) -> Settings:
        system = self._project.system
        return resolve({}, self._environ, system.defaults, system.file)

    def _order(self, settings: Settings) -> StageOrder:
        system = self._project.system
        environment = choose_environment(system, settings.text("environment"))
        return StageOrder(
            system,
            environment,
            settings.is_on("direct"),
            is_kept=settings.is_on("keep"),
            share=self._share,
            is_partial=True,
        )

    async def _join_or_open(self, order: StageOrder) -> Stage:
        socket = self._environ.get("DOVETAIL_SOCKET", "")
        if not socket:
            refuse_missing(self._project, find_started(order))
            return await open_stage(order, self._project.registry, COMMAND)
        stage = RemoteStage()
        await stage.connect(socket, is_holder=False)
        return stage

    def _publish(self, event: Event, jobs: Mapping[str, Job], heard: list[StepEnded]) -> None:
        if isinstance(event, StepEnded) and event.check in jobs:
            heard.append(event)
        self._relay.publish(event)

    async def _play(self, running: Running, job: Job) -> Ending:
        if job.id in running.endings:
            return running.endings[job.id]
        for need in job.needs:
            if (await self._play(running, running.jobs[need])).verdict not in (Verdict.PASSED, Verdict.FLAKY):
                return Ending(Verdict.SKIPPED, f"needs {need}, which did not pass")
        running.heard.clear()
        owner = f"{os.getpid()}/{job.id}"
        await running.stage.lock(owner, job.wish)
        try:
            ended = await play_job(running.hand.play, job, 1)
        finally:
            await running.stage.unlock(owner)
        ending = running.endings[job.id] = Ending(ended.verdict, _tell(job.check, ended, running.heard))
        return ending

    async def _leave(self, running: Running) -> tuple[str, ...]:
        await running.cast.close()
        remains = await running.stage.leave()
        if running.hand.play.broken:
            raise BrokenDovetailError(*running.hand.play.broken)
        return remains


def _tell(check: Check, ended: CheckEnded, heard: list[StepEnded]) -> str:
    rows = [f"{check.place}  {check.name}: {ended.verdict}"]
    for event in heard:
        if event.check == check.id and event.step.verdict is Verdict.FAILED:
            rows.append(f"attempt {event.attempt}, {event.step.place}")
            rows.append(tell_outcome(event.step))
    if ended.why:
        rows.append(ended.why)
    return "\n".join(rows)
