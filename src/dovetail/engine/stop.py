"""The wish to end a run early: it wakes whoever waits and ends what is being played. Set by Ctrl-C and --fail-fast."""

import asyncio

from dovetail.engine.limit import Limit, Limits


class Stop:
    """`halts` says that checks being played are broken off too, not only those still to come."""

    def __init__(self) -> None:
        self.why = ""
        self.halts = False
        self._limits = Limits()
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
            self._limits.end_all()

    async def wait_for_halt(self) -> None:
        await self._halted.wait()

    def limit(self, seconds: float) -> Limit:
        """Return a limit that ends its block also when the run is halted meanwhile."""
        return self._limits.begin(0.0 if self.halts else seconds)
