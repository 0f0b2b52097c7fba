"""One run from the first event to the exit code: journal, stage, plan, teardown with its proof, reports."""

import asyncio
import os
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dovetail.app.bus import Bus
from dovetail.app.description import describe_run
from dovetail.app.history import History, RunFolder
from dovetail.app.interrupt import Interrupt, InterruptedRunError
from dovetail.app.preparation import Preparation
from dovetail.engine.cast import Cast
from dovetail.engine.plan import Job
from dovetail.engine.play import Play, describe_doors
from dovetail.engine.run import RunOrder, run_plan
from dovetail.engine.selection import UNCOLLECTED, find_vain_scopes, tell_vain
from dovetail.engine.stop import Stop
from dovetail.engine.verdict import Circumstances, Conclusion, Tally, conclude
from dovetail.engine.wish import needs_data_at_rest
from dovetail.environment.opening import open_stage
from dovetail.environment.remote import RemoteStage
from dovetail.environment.selection import find_lacking
from dovetail.environment.stage import Sink, Stage
from dovetail.errors import DovetailError, StageLostError
from dovetail.errors.cause import first_cause
from dovetail.journal.writer import Journal
from dovetail.model.address import Address
from dovetail.model.event import CheckEnded, CheckPlanned, Event, Noticed, RunEnded, RunStarted
from dovetail.model.outcome import ExitCode, Verdict
from dovetail.report.record import Recorder

REPORT_WRITER = "dovetail.report.writer"
STAGE_COMMAND = (sys.executable, "-m", "dovetail.app.stage_process")


class RunResult(Struct, frozen=True):
    """What a face says at the end: the conclusion, the reports, or why they could not be written."""

    conclusion: Conclusion
    reports: tuple[Path, ...] = ()
    trouble: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """A run whose reports or last line could not be written is not green, since nobody can see what it says."""
        code = self.conclusion.exit_code
        return ExitCode.NOT_READY if self.trouble and code is ExitCode.PASSED else code


class Session:
    """Plays one prepared run; `recorder` hears every event, secrets masked, and after it the `listeners`."""

    def __init__(self, preparation: Preparation, recorder: Recorder, listeners: tuple[Sink, ...]) -> None:
        self._order = preparation
        self._recorder = recorder
        self._stop = Stop()
        self._interrupt = Interrupt(lambda why: self._stop.set(why, halts=True))
        self._history = History(preparation.project.system.folder)
        self._folder: RunFolder = self._history.begin(preparation.run, int(preparation.settings.number("runs_kept")))
        secrets = tuple(preparation.project.system.secret_values.values())
        journal = Journal(self._folder.journal, secrets)
        self._bus = Bus(journal, (recorder.hear, *listeners), lambda why: self._stop.set(why, halts=True))
        self._tally = Tally()
        self._ended: set[str] = set()
        self._scopes: set[str] = set()
        self._first = {
            job.id for job in preparation.plan.jobs if preparation.python_files and needs_data_at_rest(job.wish)
        }
        self._data_rests = asyncio.Event()
        self._not_ready = ""
        self._remains: tuple[str, ...] = ()
        self._broken: list[str] = []

    async def run(self) -> RunResult:
        """Play, tear down, conclude, report; whatever happens, the journal gets its last line."""
        began = time.perf_counter()
        for told in describe_run(self._order, time.time()):
            self._publish(told)
        for text in self._order.notes:
            self._publish(Noticed(time.time(), "note", text))
        with self._interrupt.listening():
            try:
                if self._order.needs_stage:
                    await self._play_on_stage()
            except InterruptedRunError:
                self._stop.set(self._interrupt.why)
            except DovetailError as failure:
                self._not_ready = failure.problems[0].headline
                self._publish(Noticed(time.time(), "error", str(failure)))
            except Exception:  # noqa: BLE001 - whatever breaks in us is told, journalled and reported like all else
                self._broken.append(traceback.format_exc())
            self._account_for_unplayed()
        conclusion = conclude(self._tally, self._circumstances())
        took = (time.perf_counter() - began) * 1000
        self._publish(RunEnded(time.time(), conclusion.verdict, int(conclusion.exit_code), took, conclusion.causes))
        self._bus.close()
        return self._report(conclusion)

    async def _play_on_stage(self) -> None:
        order = replace(self._order.stage, log_folder=str(self._folder.logs))
        opening = open_stage(order, self._order.project.registry, STAGE_COMMAND, self._publish)
        stage = await self._interrupt.unless_interrupted(opening, "start the environment")
        if isinstance(stage, RemoteStage):
            stage.on_loss = self._hear_loss
        try:
            await self._interrupt.unless_hurried(self._play_all(stage), "play the checks")
        finally:
            self._remains = await stage.leave()
            if isinstance(stage, RemoteStage) and stage.is_lost:
                self._hear_loss()

    def _hear_loss(self) -> None:
        self._not_ready = StageLostError().problems[0].what
        self._stop.set(self._not_ready, halts=True)

    async def _play_all(self, stage: Stage) -> None:
        cast = Cast(self._order.project.registry, stage, self._order.project.system)
        try:
            doors = await self._find_doors(stage)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._play_plan(stage, cast, doors), name="the plan")
                if self._order.python_files:
                    group.create_task(self._play_python(stage), name="the Python checks")
                    self._tell_when_data_rests()
        except BaseExceptionGroup as several:
            raise first_cause(several) from None
        finally:
            await cast.close()

    async def _play_plan(self, stage: Stage, cast: Cast, doors: dict[str, Address]) -> None:
        order, settings = self._order, self._order.settings
        play = Play(
            system=order.project.system,
            stage=stage,
            cast=cast,
            publish=self._publish,
            clock=time.time,
            seed=order.plan.seed,
            timeout=settings.number("timeout"),
            retry=int(settings.number("retry")),
            doors=doors,
            values=describe_doors(doors),
            is_stage_shared=order.is_stage_shared,
            stop=self._stop,
            soiled={service.name for service in order.project.system.services},
            broken=self._broken,
            mark=f"r{order.run[-4:]}",
        )
        await run_plan(play, order.plan, RunOrder(order.agents, settings.is_on("fail_fast"), order.run))

    async def _play_python(self, stage: Stage) -> None:
        """Play the Python checks, which add rows, once no check of the plan reads data as set up or sets it back."""
        from dovetail.app.python_checks import PythonOrder, run_python_checks
        from dovetail.environment.attendance import plot_of

        order = self._order
        info = stage.info if isinstance(stage, RemoteStage) else None
        await self._data_rests.wait()
        if self._stop.is_set:
            return
        python = PythonOrder(
            files=order.python_files,
            folder=order.project.folder,
            stage=info.socket if info else "",
            room=str(plot_of(info).folder) if info else "",
            run=order.run,
            scopes=order.scopes,
            settings=order.settings,
            seed=order.plan.seed,
            log=self._folder.path / "pytest.txt",
            environ=os.environ,
            only=self._write_only(),
        )
        await run_python_checks(python, self._publish, self._stop, time.time)

    def _write_only(self) -> str:
        """Write down which checks are meant where only those are that failed; returns the file."""
        if not self._order.settings.is_on("failed"):
            return ""
        path = self._folder.path / "only.json"
        path.write_bytes(msgspec.json.encode(sorted(self._history.unhappy())))
        return str(path)

    async def _find_doors(self, stage: Stage) -> dict[str, Address]:
        system = self._order.project.system
        lacking = find_lacking(system, self._order.environment)
        wanted = (self._order.services or system.by_name.keys()) - lacking
        names = [name for name in wanted if not system.by_name[name].is_job]
        return {name: await stage.address(name) for name in sorted(names)}

    def _publish(self, event: Event) -> None:
        if type(event) is CheckEnded:
            self._tally.count(event)
            self._ended.add(event.check)
            self._tell_when_data_rests()
        elif type(event) is CheckPlanned:
            self._scopes.add(event.check.scope)
        elif type(event) is RunStarted:
            self._scopes.update(check.scope for check in event.checks)
        self._bus.publish(event)

    def _tell_when_data_rests(self) -> None:
        if self._first <= self._ended:
            self._data_rests.set()

    def _account_for_unplayed(self) -> None:
        """Say of every planned check that never ended why it did not."""
        for job in self._order.plan.jobs:
            if job.id not in self._ended:
                verdict, why = self._judge_unplayed(job)
                self._publish(CheckEnded(time.time(), job.id, verdict, 0.0, 0, why))
        for text in self._broken:
            self._publish(Noticed(time.time(), "error", f"Dovetail itself broke:\n{text}"))

    def _judge_unplayed(self, job: Job) -> tuple[Verdict, str]:
        if job.skip:
            return Verdict.SKIPPED, job.skip
        if self._stop.is_set:
            return Verdict.SKIPPED, f"not started: {self._stop.why}"
        if self._not_ready:
            return Verdict.INCONCLUSIVE, f"the environment was not ready: {self._not_ready}"
        return Verdict.INCONCLUSIVE, job.lack or "not started: the run broke off"

    def _circumstances(self) -> Circumstances:
        is_halted_by_us = self._stop.halts and not self._interrupt.why
        return Circumstances(
            broken=tuple(self._broken),
            interrupted=self._interrupt.why,
            not_ready=self._not_ready or (self._bus.trouble if is_halted_by_us else ""),
            remains=self._remains,
            is_flaky_allowed=self._order.settings.is_on("allow_flaky"),
            vain=() if self._stop.is_set else tuple(map(tell_vain, self._find_vain_scopes())),
        )

    def _find_vain_scopes(self) -> tuple[str, ...]:
        """Return the scopes named in vain; filters may have left out the Python checks of one, so it says nothing."""
        is_narrowed = any(self._order.settings.text(name) for name in ("tags", "text"))
        if is_narrowed or self._order.settings.is_on("failed") or UNCOLLECTED in self._scopes:
            return ()
        return find_vain_scopes(self._order.scopes, self._scopes)

    def _report(self, conclusion: Conclusion) -> RunResult:
        settings = self._order.settings
        folder = self._order.project.folder / settings.text("report_dir")
        troubles = self._remember()
        if self._bus.trouble and conclusion.exit_code is ExitCode.PASSED:
            troubles.append(self._bus.trouble)
        paths: tuple[Path, ...] = ()
        try:
            paths = import_module(REPORT_WRITER).write_record(
                self._recorder.record(), folder, settings.names("report_format"), self._order.run
            )
        except (DovetailError, OSError) as failure:
            troubles.append(str(failure))
        return RunResult(conclusion, paths, "\n".join(troubles))

    def _remember(self) -> list[str]:
        """Keep what failed; a disk that could not take the journal either has been told of."""
        try:
            self._history.remember(self._ended, self._tally.unhappy)
        except DovetailError as failure:
            return [] if self._bus.trouble else [str(failure)]
        return []
