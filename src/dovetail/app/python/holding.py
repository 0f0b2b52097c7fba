"""What one Python check holds on the stage: its data from beginning to end, services and edges as it goes.

Used by the check. Sharing more never lets go of anything. To have an edge or a service alone, all but the data is let
go first, so that two that want one each do not wait for each other. Where data is held that others want to use, they
still may: the stage tells that to the later one.
"""

import asyncio

from dovetail.environment.stage import LockWish, Stage


class Holding:
    """`base` is held throughout; `everything` is what a check shares once it has something alone."""

    def __init__(self, stage: Stage, owner: str, base: LockWish, everything: frozenset[str]) -> None:
        self._stage = stage
        self._owner = owner
        self._base = base
        self._everything = everything
        self._shared: frozenset[str] = frozenset()
        self._exclusive: frozenset[str] = frozenset()
        self._turn = asyncio.Lock()

    async def begin(self) -> None:
        if self._base != LockWish():
            await self._stage.lock(self._owner, self._base)

    def has(self, exclusive: frozenset[str]) -> bool:
        return exclusive <= self._exclusive

    async def share(self, names: frozenset[str]) -> None:
        """Use some services and edges beside others."""
        async with self._turn:
            fresh = names - self._shared - self._exclusive - self._base.exclusive
            if fresh:
                await self._stage.lock(self._owner, LockWish(fresh))
                self._shared |= fresh

    async def take(self, names: frozenset[str]) -> None:
        """Have some alone and share all the rest: nothing may change while a fault is in force."""
        async with self._turn:
            kept = self._base.shared | self._base.exclusive | self._base.adding
            exclusive = self._exclusive | names
            shared = self._everything - exclusive - kept
            self._shared = self._exclusive = frozenset()
            await self._stage.unlock(self._owner, kept)
            await self._stage.lock(self._owner, LockWish(shared, exclusive))
            self._shared, self._exclusive = shared, exclusive

    async def end(self) -> None:
        await self._stage.unlock(self._owner)
