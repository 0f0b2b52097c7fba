"""The wish to end a run early: it wakes whoever waits and ends what is being played. Set by Ctrl-C and --fail-fast."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Stop:
    """`halts` says that checks being played are broken off too, not only those still to come."""

    def __init__(self) -> None:
        self.why = ""
        self.halts = False
        self._watched: set[asyncio.Timeout] = set()
        self._halted = asyncio.Event()

    @property
    def is_set(self) -> bool:
        return bool(self.why)

    def set(self, why: str, *, halts: bool = False) -> None:
        """Stop starting checks; the first reason stays."""
        self.why = self.why or why
        if halts and not self.halts:
            self.why, self.halts = why, True
            self._halted.set()
            now = asyncio.get_running_loop().time()
            for timeout in self._watched:
                timeout.reschedule(now)

    async def wait_for_halt(self) -> None:
        await self._halted.wait()

    @contextmanager
    def watch(self, timeout: asyncio.Timeout) -> Iterator[None]:
        """Have `timeout` end at once when the run is halted meanwhile."""
        if self.halts:
            timeout.reschedule(asyncio.get_running_loop().time())
        self._watched.add(timeout)
        try:
            yield
        finally:
            self._watched.discard(timeout)
