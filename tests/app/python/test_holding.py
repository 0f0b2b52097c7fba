"""What a Python check holds, against the stage's own locks."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from dovetail.app.python.holding import Holding
from dovetail.environment.lock import LockTable
from dovetail.environment.stage import LockWish

EVERYTHING = frozenset({"service:a", "service:b", "edge:a -> b"})
ROWS = LockWish(adding=frozenset({"data:db"}))
SETS_BACK = LockWish(exclusive=frozenset({"data:db", "service:db"}))


class Locks:
    """A stage, as far as locks go."""

    def __init__(self) -> None:
        self.table = LockTable()

    async def lock(self, owner: str, wish: LockWish) -> None:
        await self.table.lock(owner, wish)

    async def unlock(self, owner: str, kept: frozenset[str] = frozenset()) -> None:
        self.table.unlock(owner, kept)


def hold(locks: Any, owner: str) -> Holding:
    return Holding(locks, owner, ROWS, EVERYTHING)


async def started(work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
    task = asyncio.create_task(work)
    for _ in range(9):
        await asyncio.sleep(0)
    return task


def test_nobody_sets_its_data_back_between_its_first_word_and_its_last() -> None:
    async def play() -> None:
        locks = Locks()
        check = hold(locks, "check")
        await check.begin()
        resetting = await started(locks.lock("other", SETS_BACK))
        await check.share(frozenset({"service:a"}))
        await check.take(frozenset({"edge:a -> b"}))
        assert not resetting.done()
        await check.end()
        await resetting

    asyncio.run(play())


def test_two_that_want_an_edge_each_never_wait_for_each_other() -> None:
    async def play() -> None:
        locks = Locks()
        one, other = hold(locks, "one"), hold(locks, "other")
        for check in (one, other):
            await check.begin()
            await check.share(EVERYTHING)
        first = await started(one.take(frozenset({"edge:a -> b"})))
        second = await started(other.take(frozenset({"service:b"})))
        await first
        assert not second.done()
        await one.end()
        await second

    asyncio.run(play())


def test_an_edge_is_had_alone_and_the_rest_shared() -> None:
    async def play() -> None:
        locks = Locks()
        check = hold(locks, "check")
        await check.begin()
        assert not check.has(frozenset({"edge:a -> b"}))
        await check.take(frozenset({"edge:a -> b"}))
        assert check.has(frozenset({"edge:a -> b"}))
        using = await started(locks.lock("uses", LockWish(frozenset({"edge:a -> b"}))))
        beside = await started(locks.lock("beside", LockWish(frozenset({"service:a"}))))
        assert (using.done(), beside.done()) == (False, True)
        await check.end()
        await using

    asyncio.run(play())
