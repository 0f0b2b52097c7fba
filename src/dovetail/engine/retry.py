"""A check played until it passes or its retries are used up; every attempt stays in the journal. Called by the run."""

import time

from dovetail.engine.attempt import Attempt
from dovetail.engine.plan import Job
from dovetail.engine.play import Play
from dovetail.model.event import AttemptEnded, CheckEnded
from dovetail.model.outcome import Verdict


async def play_job(play: Play, job: Job, agent: int) -> CheckEnded:
    """Play a job and publish how the check ended; passing after a failed attempt is flaky, not passed."""
    if job.skip:
        return end_unplayed(play, job, Verdict.SKIPPED, job.skip)
    if job.lack:
        return end_unplayed(play, job, Verdict.INCONCLUSIVE, job.lack)
    began, check = time.perf_counter(), job.check
    tries = 1 + (play.retry if check.retry is None else check.retry)
    number = 0
    while True:
        number += 1
        last = await Attempt(play, job, check, number, agent).run()
        if last.verdict is not Verdict.FAILED or last.cleanup_failed or number == tries or play.stop.is_set:
            break
    verdict, why = settle(last, number)
    ended = CheckEnded(play.clock(), job.id, verdict, (time.perf_counter() - began) * 1000, number, why)
    play.publish(ended)
    return ended


def settle(last: AttemptEnded, attempts: int) -> tuple[Verdict, str]:
    """Judge a check by its last attempt."""
    if last.cleanup_failed and last.verdict is not Verdict.FAILED:
        return Verdict.FAILED, f"cleanup failed: {last.cleanup_failed}"
    if last.verdict is Verdict.PASSED and attempts > 1:
        return Verdict.FLAKY, f"passed at attempt {attempts}, failed before"
    return last.verdict, last.why


def end_unplayed(play: Play, job: Job, verdict: Verdict, why: str) -> CheckEnded:
    """Publish the end of a check that never began."""
    ended = CheckEnded(play.clock(), job.id, verdict, 0.0, 0, why)
    play.publish(ended)
    return ended
