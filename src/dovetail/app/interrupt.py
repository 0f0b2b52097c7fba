"""Ctrl-C, SIGTERM and SIGHUP as two moments a run can wait for: end in order, then end at once. Used by the session."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TypeVar

Result = TypeVar("Result")
NAMES = {
    signal.SIGINT: "Ctrl-C",
    signal.SIGTERM: "SIGTERM",
    signal.SIGHUP: "SIGHUP, as when its terminal is closed",
}


class InterruptedRunError(Exception):
    """What was awaited was broken off by the user; never leaves the session."""


class Interrupt:
    """`why` is told once the first signal came; each further signal hurries more."""

    def __init__(self, on_first: Callable[[str], None]) -> None:
        self.why = ""
        self._on_first = on_first
        self._hurry = asyncio.Event()
        self._first = asyncio.Event()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear the signals; SIGHUP only where whoever started us did not have us ignore it, as nohup does."""
        loop = asyncio.get_running_loop()
        is_detached = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        numbers = [number for number in NAMES if not (is_detached and number is signal.SIGHUP)]
        for number in numbers:
            loop.add_signal_handler(number, self._hear, number)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    async def unless_interrupted(self, work: Coroutine[None, None, Result], name: str) -> Result:
        """Await `work`, but cancel it at the first signal."""
        return await self._race(work, self._first, name)

    async def unless_hurried(self, work: Coroutine[None, None, Result], name: str) -> Result:
        """Await `work`, but cancel it at the second signal."""
        return await self._race(work, self._hurry, name)

    def _hear(self, number: signal.Signals) -> None:
        if self.why:
            self._hurry.set()
            return
        self.why = f"interrupted by {NAMES[number]}"
        self._first.set()
        self._on_first(self.why)

    async def _race(self, work: Coroutine[None, None, Result], event: asyncio.Event, name: str) -> Result:
        task = asyncio.create_task(work, name=name)
        watch = asyncio.create_task(event.wait(), name=f"{name}: interrupted?")
        try:
            await asyncio.wait((task, watch), return_when=asyncio.FIRST_COMPLETED)
        finally:
            task.cancel()
            watch.cancel()
            await asyncio.wait((task, watch))
        if task.cancelled():
            raise InterruptedRunError(self.why)
        return task.result()
