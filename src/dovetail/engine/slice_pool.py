"""Slices that stay up between checks: taken by one at a time, its data set back, opened where none is free.

Held by the play, used by rooms. The stage closes what is left when its client leaves.
"""

import asyncio
from collections.abc import Mapping
from itertools import count

from msgspec import Struct, field

from dovetail.environment.stage import Stage, in_slice
from dovetail.errors import StageError
from dovetail.model.address import Address


class SliceOrder(Struct, frozen=True):
    """`services` is what a slice must hold, `data` what of it is set back before the next check."""

    services: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()


class OpenSlice(Struct, frozen=True):
    """A slice on the stage and where its services are spoken to."""

    name: str
    order: SliceOrder
    doors: Mapping[str, Address] = field(default_factory=dict)


class SlicePool:
    """Never holds more slices than there are checks beside each other: one that suits nobody makes room."""

    def __init__(self) -> None:
        self._free: list[OpenSlice] = []
        self._numbers = count(1)

    async def take(self, stage: Stage, order: SliceOrder, owner: str) -> OpenSlice:
        """Return a slice for one check alone, its data as set up."""
        while (found := self._pick(order)) is not None:
            try:
                await stage.reset(frozenset(in_slice(name, found.name) for name in found.order.data))
            except StageError:
                await stage.close_slice(found.name)
            else:
                return found
        if self._free:
            await stage.close_slice(self._free.pop(0).name)
        return await self._open(stage, order, f"{owner}s{next(self._numbers)}")

    def give_back(self, found: OpenSlice) -> None:
        """Keep a slice for the next check that needs no more than it holds."""
        self._free.append(found)

    def _pick(self, order: SliceOrder) -> OpenSlice | None:
        suiting = [one for one in self._free if order.services <= one.order.services]
        if not suiting:
            return None
        best = min(suiting, key=lambda one: len(one.order.services))
        self._free.remove(best)
        return best

    async def _open(self, stage: Stage, order: SliceOrder, name: str) -> OpenSlice:
        await stage.open_slice(name, order.services)
        names = sorted(order.services)
        doors = await asyncio.gather(*(stage.address(service, name) for service in names))
        return OpenSlice(name, order, dict(zip(names, doors, strict=True)))
