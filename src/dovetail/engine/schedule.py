"""Which job may start next: its needs have passed and nobody holds what it wishes. Used by the run's agents.

A job that waits for something exclusive claims it, so that later sharers queue behind it and it is not starved. A job
behind somebody else's claim claims nothing itself, which is why no two can wait for each other. Who adds rows waits
until every job that reads there has ended, and claims nothing before.
"""

from collections import Counter, deque
from collections.abc import Iterable

from dovetail.engine.plan import Job, Plan
from dovetail.environment.stage import LockWish
from dovetail.model.outcome import Verdict

FREE = LockWish()


class Schedule:
    """Hands out jobs and takes them back; `take` costs the same however many jobs there are."""

    def __init__(self, plan: Plan) -> None:
        by_id = {job.id: job for job in plan.jobs}
        self._jobs = by_id
        self._missing = {job.id: len(job.needs) for job in plan.jobs if job.needs}
        self._needing: dict[str, list[str]] = {}
        for job in plan.jobs:
            for need in job.needs:
                self._needing.setdefault(need, []).append(job.id)
        self._ready = deque(by_id[id_] for id_ in plan.start_order if not by_id[id_].needs)
        self._parked: dict[str, deque[Job]] = {}
        self._held: dict[str, int] = {}
        self._claims: dict[str, str] = {}
        added = frozenset[str]().union(*(job.wish.adding for job in plan.jobs))
        self._readers = Counter(name for job in plan.jobs for name in job.wish.shared & added) if added else Counter()
        self.unfinished = len(plan.jobs)

    def take(self) -> Job | None:
        """Return a job that can start now, its locks held; None where all that is left must wait."""
        while self._ready:
            job = self._ready.popleft()
            blocked_by = self._first_obstacle(job)
            if not blocked_by:
                self._hold(job)
                return job
            self._parked.setdefault(blocked_by, deque()).append(job)
        return None

    def finish(self, job: Job, verdict: Verdict) -> tuple[Job, ...]:
        """Take a job back; returns the jobs that can never start because they needed this one to pass."""
        self.unfinished -= 1
        if job.wish != FREE:
            self._release(job)
        if verdict in (Verdict.PASSED, Verdict.FLAKY):
            for id_ in self._needing.get(job.id, ()):
                self._missing[id_] -= 1
                if not self._missing[id_]:
                    self._ready.append(self._jobs[id_])
            return ()
        return self._give_up(self._needing.get(job.id, ()))

    def drain(self) -> tuple[Job, ...]:
        """Give up every job that has not started."""
        left = [*self._ready, *(job for parked in self._parked.values() for job in parked)]
        left += [self._jobs[id_] for id_, missing in self._missing.items() if missing > 0]
        self._ready.clear()
        self._parked.clear()
        self._missing.clear()
        self._needing.clear()
        self.unfinished -= len(left)
        return tuple(sorted(left, key=lambda job: job.number))

    def _give_up(self, ids: Iterable[str]) -> tuple[Job, ...]:
        given_up: list[Job] = []
        waiting = list(ids)
        while waiting:
            id_ = waiting.pop()
            if self._missing.get(id_, 0) > 0:
                self._missing[id_] = -1
                given_up.append(self._jobs[id_])
                self._wake(self._stop_reading(self._jobs[id_]))
                waiting += self._needing.get(id_, ())
        self.unfinished -= len(given_up)
        return tuple(sorted(given_up, key=lambda job: job.number))

    def _first_obstacle(self, job: Job) -> str:
        wish = job.wish
        if wish == FREE:
            return ""
        for name in wish.adding:
            if self._readers[name]:
                return name
        names = (*sorted(wish.exclusive), *sorted(wish.shared), *sorted(wish.adding))
        for name in names:
            if self._claims.get(name, job.id) != job.id:
                return name
        for name in names:
            held = self._held.get(name, 0)
            if held < 0 or (held and name in wish.exclusive):
                self._claims.update(dict.fromkeys(wish.exclusive, job.id))
                return name
        return ""

    def _hold(self, job: Job) -> None:
        for name in job.wish.exclusive:
            self._held[name] = -1
            self._claims.pop(name, None)
        for name in job.wish.shared | job.wish.adding:
            self._held[name] = self._held.get(name, 0) + 1

    def _release(self, job: Job) -> None:
        for name in job.wish.exclusive:
            del self._held[name]
        self._stop_reading(job)
        for name in job.wish.shared | job.wish.adding:
            if self._held[name] == 1:
                del self._held[name]
            else:
                self._held[name] -= 1
        self._wake(job.wish.exclusive | job.wish.shared | job.wish.adding)

    def _stop_reading(self, job: Job) -> frozenset[str]:
        """Count a job out of those that read; returns what it read."""
        read = job.wish.shared & self._readers.keys()
        for name in read:
            self._readers[name] -= 1
        return read

    def _wake(self, names: frozenset[str]) -> None:
        woken = [other for name in names for other in self._parked.pop(name, ())]
        self._ready.extendleft(reversed(woken))
