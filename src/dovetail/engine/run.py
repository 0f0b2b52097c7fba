"""Walks a plan's jobs with several agents at once. Called by the app's session, which hears how their checks ended."""

import asyncio
import math
from collections.abc import Iterable

from msgspec import Struct

from dovetail.engine.plan import Job, Plan
from dovetail.engine.play import Play
from dovetail.engine.retry import end_unplayed, play_job
from dovetail.engine.schedule import FREE, Schedule
from dovetail.environment.stage import LockWish
from dovetail.errors import BrokenDovetailError
from dovetail.errors.cause import first_cause
from dovetail.model.event import CheckEnded
from dovetail.model.outcome import Verdict


class RunOrder(Struct, frozen=True):
    """How a plan is walked: `owner` names this run where the stage's locks are shared with others."""

    agents: int
    is_fail_fast: bool = False
    owner: str = "run"


async def run_plan(play: Play, plan: Plan, order: RunOrder) -> None:
    """Play every job of the plan, each as soon as its needs have passed and its locks are free."""
    troupe = _Troupe(play, Schedule(plan), order)
    try:
        async with asyncio.TaskGroup() as group:
            for number in range(1, min(order.agents, max(1, len(plan.jobs))) + 1):
                group.create_task(troupe.work(number), name=f"agent {number}")
    except BaseExceptionGroup as several:
        raise first_cause(several) from several
    troupe.leave_out_the_rest()


class _Troupe:
    def __init__(self, play: Play, schedule: Schedule, order: RunOrder) -> None:
        self._play = play
        self._schedule = schedule
        self._order = order
        self._changed = asyncio.Event()
        self._playing = 0

    async def work(self, agent: int) -> None:
        """Take jobs until none is left or the run is to stop."""
        while self._schedule.unfinished and not self._play.stop.is_set:
            job = self._schedule.take()
            if job is None:
                if not self._playing:
                    raise BrokenDovetailError(f"{self._schedule.unfinished} checks wait and none is being played")
                self._changed.clear()
                await self._changed.wait()
                continue
            self._playing += 1
            ended = await self._play_locked(job, agent)
            self._playing -= 1
            self._settle(job, ended)
        self._changed.set()

    def leave_out_the_rest(self) -> None:
        """Say of every job that never started why it did not."""
        if self._schedule.unfinished:
            self._skip(self._schedule.drain(), f"not started: {self._play.stop.why}")

    async def _play_locked(self, job: Job, agent: int) -> CheckEnded:
        if not self._play.is_stage_shared or job.wish == FREE or not job.is_played:
            return await play_job(self._play, job, agent)
        owner = f"{self._order.owner}/{job.id}"
        try:
            if await self._is_locked(owner, job.wish):
                return await play_job(self._play, job, agent)
            return end_unplayed(self._play, job, Verdict.SKIPPED, f"not started: {self._play.stop.why}")
        finally:
            await self._play.stage.unlock(owner)

    async def _is_locked(self, owner: str, wish: LockWish) -> bool:
        """Wait for what somebody else may hold for long; a halted run waits no more."""
        try:
            with self._play.stop.limit(math.inf):
                await self._play.stage.lock(owner, wish)
        except TimeoutError:
            return False
        return True

    def _settle(self, job: Job, ended: CheckEnded) -> None:
        given_up = self._schedule.finish(job, ended.verdict)
        if given_up:
            self._skip(given_up, f"needs {job.check.name!r}, which {_tell(ended.verdict)}")
        if self._order.is_fail_fast and ended.verdict is Verdict.FAILED:
            self._play.stop.set(f"--fail-fast after {job.check.name!r} failed")
        self._changed.set()

    def _skip(self, jobs: Iterable[Job], why: str) -> None:
        for job in jobs:
            end_unplayed(self._play, job, Verdict.SKIPPED, why)


def _tell(verdict: Verdict) -> str:
    return {Verdict.FAILED: "failed", Verdict.SKIPPED: "was skipped"}.get(verdict, f"was {verdict}")
