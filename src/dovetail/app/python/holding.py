"""What one Python check holds on the stage: its data from beginning to end, services and edges as it goes.

Used by the check. It grows: what is had stays while more is waited for. Only where two would wait for each other since
one wants an edge or a service alone, that one lets go of all but its data. Where data is what the other waits for, they
still would: the stage tells that to the later one.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from dovetail.environment.stage import LockWish, Stage

Gap = Callable[[], AbstractAsyncContextManager[None]]


class Holding:
    """`base` is held throughout; `everything` is what a check shares once it has something alone."""

    def __init__(self, stage: Stage, owner: str, base: LockWish, everything: frozenset[str]) -> None:
        self._stage = stage
        self._owner = owner
        self._base = base
        self._data = base.shared | base.exclusive | base.adding
        self._everything = everything
        self._shared: frozenset[str] = frozenset()
        self._exclusive: frozenset[str] = frozenset()
        self._turn = asyncio.Lock()

    async def begin(self) -> None:
        if self._base != LockWish():
            await self._stage.lock(self._owner, self._base)

    async def share(self, names: frozenset[str]) -> None:
        """Use some services and edges beside others."""
        async with self._turn:
            fresh = names - self._shared - self._exclusive
            if fresh:
                await self._stage.lock(self._owner, LockWish(fresh))
                self._shared |= fresh

    async def take(self, names: frozenset[str], gap: Gap) -> None:
        """Have some alone too and share all the rest: nothing may change while a fault is in force.

        Where somebody who uses them waits for what is held here, all but the data is let go, within `gap`.
        """
        async with self._turn:
            if names <= self._exclusive:
                return
            exclusive = self._exclusive | names
            shared = self._everything - exclusive - self._data
            if not await self._stage.grow(self._owner, LockWish(shared - self._shared, names)):
                async with gap():
                    self._shared = self._exclusive = frozenset()
                    await self._stage.unlock(self._owner, self._data)
                    await self._stage.lock(self._owner, LockWish(shared, exclusive))
            self._shared, self._exclusive = shared, exclusive

    async def end(self) -> None:
        await self._stage.unlock(self._owner)
