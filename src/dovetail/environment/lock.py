"""Locks on services and edges: all of a wish or nothing, in the order asked, so that nobody starves.

Called by the live stage for the checks that touch the same parts.
"""

import asyncio

from msgspec import Struct

from dovetail.environment.stage import LockWish
from dovetail.errors import Problem, SuiteError

NOTHING = LockWish()


class _Waiter(Struct, eq=False):
    owner: str
    wish: LockWish
    granted: asyncio.Future[bool]
    gives_way: bool = False


class LockTable:
    """A later wish overtakes an earlier one only where the two do not touch.

    Who holds something already asks for more before all others: they may be waiting for what it holds. Where it would
    wait for one who waits for it, which would be for ever, one of them that grows gives way, or else that is told.
    """

    def __init__(self) -> None:
        self._held: dict[str, list[LockWish]] = {}
        self._queue: list[_Waiter] = []

    async def lock(self, owner: str, wish: LockWish) -> None:
        """Wait until all of `wish` is held by `owner`; one that stops waiting leaves nothing held.

        Raises SuiteError where that can never be, for what the owner itself holds.
        """
        await self._wait(_Waiter(owner, wish, asyncio.get_running_loop().create_future()))

    async def grow(self, owner: str, wish: LockWish) -> bool:
        """Wait until `owner` holds `wish` too, and tell so; or tell at once that others wait for what it holds already.

        It then holds that as before, and has to let go of it, since they have what it wants.
        """
        return await self._wait(_Waiter(owner, wish, asyncio.get_running_loop().create_future(), gives_way=True))

    def unlock(self, owner: str, kept: frozenset[str] = frozenset()) -> None:
        """Release all that `owner` waits for, and what it holds but `kept`."""
        left = [_part(wish, kept) for wish in self._held.pop(owner, ())]
        if any(wish != NOTHING for wish in left):
            self._held[owner] = left
        for waiter in [waiter for waiter in self._queue if waiter.owner == owner]:
            self._queue.remove(waiter)
            waiter.granted.cancel()
        self._grant()

    def is_had_alone(self, name: str) -> bool:
        return any(name in wish.exclusive for wishes in self._held.values() for wish in wishes)

    async def _wait(self, waiter: _Waiter) -> bool:
        self._queue.append(waiter)
        self._grant()
        while not waiter.granted.done() and (circle := self._find_circle(waiter, [waiter], set())):
            yielding = next((one for one in circle if one.gives_way), None)
            self._give_up(yielding or waiter)
            if yielding is None:
                raise SuiteError(_tell_circle([one.owner for one in circle]))
            if not yielding.granted.done():
                yielding.granted.set_result(False)
        try:
            return await waiter.granted
        except asyncio.CancelledError:
            self._give_up(waiter)
            raise

    def _give_up(self, waiter: _Waiter) -> None:
        if waiter in self._queue:
            self._queue.remove(waiter)
        elif waiter.owner in self._held:
            left = [wish for wish in self._held.pop(waiter.owner) if wish is not waiter.wish]
            self._held.update({waiter.owner: left} if left else {})
        self._grant()

    def _find_circle(self, waiter: _Waiter, passed: list[_Waiter], asked: set[str]) -> list[_Waiter]:
        """Follow who waits for whom, each `asked` once; returns the waiters from the first of `passed` back to it."""
        for holder in self._blocking(waiter):
            if holder == passed[0].owner:
                return passed
            if holder in asked:
                continue
            asked.add(holder)
            for other in [other for other in self._queue if other.owner == holder]:
                circle = self._find_circle(other, [*passed, other], asked)
                if circle:
                    return circle
        return []

    def _blocking(self, waiter: _Waiter) -> list[str]:
        """Return the others who hold something that `waiter` wants."""
        return [
            owner
            for owner, wishes in self._held.items()
            if owner != waiter.owner and any(_touch(waiter.wish, wish) for wish in wishes)
        ]

    def _grant(self) -> None:
        waiting: list[LockWish] = []
        for waiter in tuple(self._queue):
            ahead = [] if waiter.owner in self._held else waiting
            if self._blocking(waiter) or any(_touch(waiter.wish, other) for other in ahead):
                waiting.append(waiter.wish)
                continue
            self._queue.remove(waiter)
            self._held.setdefault(waiter.owner, []).append(waiter.wish)
            if not waiter.granted.done():
                waiter.granted.set_result(True)


def _tell_circle(owners: list[str]) -> Problem:
    named = f"{', '.join(owners[:-1])} and {owners[-1]}"
    return Problem(
        f"{named} wait for each other: each wants what another has",
        'keep one of them apart: @pytest.mark.isolation("slice")',
    )


def _part(wish: LockWish, names: frozenset[str]) -> LockWish:
    return LockWish(wish.shared & names, wish.exclusive & names, wish.adding & names)


def _touch(one: LockWish, other: LockWish) -> bool:
    return bool(
        one.exclusive & (other.exclusive | other.shared | other.adding)
        or other.exclusive & (one.shared | one.adding)
        or one.adding & other.shared
        or other.adding & one.shared
    )
