"""Ctrl-C and SIGTERM as two moments a run can wait for: end in order, then end at once. Used by the session."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TypeVar

Result = TypeVar("Result")
SIGNALS = (signal.SIGINT, signal.SIGTERM)


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
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._hear, number)
        try:
            yield
        finally:
            for number in SIGNALS:
                loop.remove_signal_handler(number)

    async def unless_interrupted(self, work: Coroutine[None, None, Result], name: str) -> Result:
        """Await `work`, but cancel it at the first signal."""
        return await self._race(work, self._first, name)

    async def unless_hurried(self, work: Coroutine[None, None, Result], name: str) -> Result:
        """Await `work`, but cancel it at the second signal."""
        return await self._race(work, self._hurry, name)

    def _hear(self, number: int) -> None:
        if self.why:
            self._hurry.set()
            return
        self.why = "interrupted by Ctrl-C" if number == signal.SIGINT else "interrupted by SIGTERM"
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
