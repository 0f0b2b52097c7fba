"""Slices that stay up between checks: taken by one at a time, its data set back before the next.

Held by the play, used by rooms. The stage closes what is left when its client leaves.
"""

import asyncio
from collections.abc import Callable, Mapping
from itertools import count

from msgspec import Struct, field

from dovetail.environment.stage import Stage, in_slice
from dovetail.errors import StageError
from dovetail.model.address import Address

FIRST_PATIENCE = 0.5


class SliceOrder(Struct, frozen=True):
    """`services` is what a slice must hold, `data` what of it is set back before the next check.

    `is_kept` says that it may serve others afterwards.
    """

    services: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    is_kept: bool = True


class OpenSlice(Struct, frozen=True):
    """A slice on the stage and where its services are spoken to."""

    name: str
    order: SliceOrder
    doors: Mapping[str, Address] = field(default_factory=dict)


class SlicePool:
    """A check waits for a slice in use as long as opening one takes, then opens its own.

    So short checks share one slice, and long ones each get theirs. A free slice that does not suit makes room for one
    that does.
    """

    def __init__(self) -> None:
        self._free: list[OpenSlice] = []
        self._used: dict[str, SliceOrder] = {}
        self._numbers = count(1)
        self._patience = FIRST_PATIENCE
        self._changed: asyncio.Event | None = None

    async def take(self, stage: Stage, order: SliceOrder, owner: str, tell: Callable[[str], None]) -> OpenSlice:
        """Return a slice for one check alone, its data as set up; `tell` hears its name as soon as that is settled."""
        found = await self._find(order)
        while found is not None:
            tell(found.name)
            try:
                await stage.reset(frozenset(in_slice(name, found.name) for name in found.order.data))
            except StageError:
                await self.close(stage, found)
                found = await self._find(order)
            else:
                return found
        if self._free:
            await stage.close_slice(self._free.pop(0).name)
        name = f"{owner}s{next(self._numbers)}"
        tell(name)
        return await self._open(stage, order, name)

    def give_back(self, found: OpenSlice) -> None:
        """Keep a slice for the next check that needs no more than it holds."""
        self._used.pop(found.name, None)
        self._free.append(found)
        self._tell()

    async def close(self, stage: Stage, found: OpenSlice) -> None:
        """Take down a slice that can serve nobody any more."""
        self._used.pop(found.name, None)
        self._tell()
        await stage.close_slice(found.name)

    async def _find(self, order: SliceOrder) -> OpenSlice | None:
        """Return a free slice, waiting for one as long as it is worth."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience
        while (found := self._pick(order)) is None and self._may_come(order):
            self._changed = self._changed or asyncio.Event()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._changed.wait()
            except TimeoutError:
                return self._pick(order)
        return found

    def _pick(self, order: SliceOrder) -> OpenSlice | None:
        suiting = [one for one in self._free if order.services <= one.order.services]
        if not suiting:
            return None
        best = min(suiting, key=lambda one: len(one.order.services))
        self._free.remove(best)
        self._used[best.name] = order
        return best

    def _may_come(self, order: SliceOrder) -> bool:
        return any(used.is_kept and order.services <= used.services for used in self._used.values())

    async def _open(self, stage: Stage, order: SliceOrder, name: str) -> OpenSlice:
        began = asyncio.get_running_loop().time()
        self._used[name] = order
        try:
            await stage.open_slice(name, order.services)
            names = sorted(order.services)
            doors = await asyncio.gather(*(stage.address(service, name) for service in names))
        except BaseException:
            self._used.pop(name, None)
            self._tell()
            raise
        self._patience = asyncio.get_running_loop().time() - began
        return OpenSlice(name, order, dict(zip(names, doors, strict=True)))

    def _tell(self) -> None:
        changed, self._changed = self._changed, None
        if changed is not None:
            changed.set()
