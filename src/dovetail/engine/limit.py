"""Limits on how long something may take, as `asyncio.timeout` sets them. Set by attempts and by the run.

A check has several and hardly ever reaches one, so all that run share one timer.
"""

import asyncio
import math
from types import TracebackType


class Limits:
    """Those in force; its timer rings for the one that ends first."""

    def __init__(self) -> None:
        self._running: set[Limit] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = math.inf

    def begin(self, seconds: float) -> "Limit":
        """Return a limit for a `with` block, which it ends with a TimeoutError after so many seconds, inf for never."""
        return Limit(self, seconds)

    def end_all(self) -> None:
        """End every block at once, whatever time it has left."""
        for limit in tuple(self._running):
            limit.end()

    def add(self, limit: "Limit") -> None:
        self._running.add(limit)
        if limit.ends_at < self._rings_at:
            self._wind(limit.ends_at)

    def remove(self, limit: "Limit") -> None:
        self._running.discard(limit)

    def _wind(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = at
        self._timer = None if at == math.inf else asyncio.get_running_loop().call_at(at, self._ring)

    def _ring(self) -> None:
        now = asyncio.get_running_loop().time()
        for limit in tuple(self._running):
            if limit.ends_at <= now:
                limit.end()
        left = (limit.ends_at for limit in self._running if limit.ends_at > now)
        self._wind(min(left, default=math.inf))


class Limit:
    """One block; its task is cancelled when the time is over, and the cancellation leaves as a TimeoutError."""

    __slots__ = ("_cancelled_before", "_is_over", "_limits", "_seconds", "_task", "ends_at")

    def __init__(self, limits: Limits, seconds: float) -> None:
        self._limits = limits
        self._seconds = seconds
        self._is_over = False

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("a limit holds for a task, and none is running")
        self._task = task
        self._cancelled_before = task.cancelling()
        self.ends_at = loop.time() + self._seconds
        self._limits.add(self)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._limits.remove(self)
        if self._is_over and self._task.uncancel() <= self._cancelled_before and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def end(self) -> None:
        """Break the block off."""
        if not self._is_over:
            self._is_over = True
            self._task.cancel()
