"""What a Python check holds, against the stage's own locks."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from random import Random
from typing import Any

import pytest

from dovetail.app.python.holding import Holding
from dovetail.environment.lock import LockTable
from dovetail.environment.stage import LockWish
from dovetail.errors import SuiteError

EVERYTHING = frozenset({"service:a", "service:b", "edge:a -> b"})
DATA = frozenset({"data:db"})
ROWS = LockWish(adding=DATA)
SETS_BACK = LockWish(exclusive=frozenset({"data:db", "service:db"}))


class Locks:
    """A stage, as far as locks go."""

    def __init__(self) -> None:
        self.table = LockTable()
        self.asked = 0

    async def lock(self, owner: str, wish: LockWish) -> None:
        self.asked += 1
        await self.table.lock(owner, wish)

    async def grow(self, owner: str, wish: LockWish) -> bool:
        self.asked += 1
        return await self.table.grow(owner, wish)

    async def unlock(self, owner: str, kept: frozenset[str] = frozenset()) -> None:
        self.table.unlock(owner, kept)


class Gaps:
    """Counts the moments in which something was let go."""

    def __init__(self) -> None:
        self.count = 0

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[None]:
        self.count += 1
        yield


def never() -> AbstractAsyncContextManager[None]:
    raise AssertionError("something was let go")


def hold(locks: Any, owner: str, base: LockWish = ROWS) -> Holding:
    return Holding(locks, owner, base, EVERYTHING)


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
        await check.take(frozenset({"edge:a -> b"}), never)
        assert not resetting.done()
        await check.end()
        await resetting

    asyncio.run(play())


@pytest.mark.parametrize(
    "base", [LockWish(shared=DATA), LockWish(exclusive=DATA), ROWS], ids=["shares", "has alone", "adds to"]
)
def test_its_data_is_held_while_it_wants_more_however_it_holds_it(base: LockWish) -> None:
    async def play() -> None:
        locks = Locks()
        await locks.lock("uses", LockWish(frozenset({"service:b"})))
        check = hold(locks, "check", base)
        await check.begin()
        taking = await started(check.take(frozenset({"service:b"}), never))
        other = await started(locks.lock("other", LockWish(exclusive=DATA)))
        assert (taking.done(), other.done()) == (False, False)
        await locks.unlock("uses")
        await taking
        await check.end()
        await other

    asyncio.run(play())


def test_what_is_shared_is_nobodys_alone_and_asked_for_once() -> None:
    async def play() -> None:
        locks = Locks()
        check = hold(locks, "check")
        await check.begin()
        for _ in range(2):
            await check.share(frozenset({"service:a"}))
        assert locks.asked == 2
        alone = await started(locks.lock("other", LockWish(exclusive=frozenset({"service:a"}))))
        assert not alone.done()
        await check.end()
        await alone

    asyncio.run(play())


def test_who_has_something_alone_shares_all_else_and_asks_for_none_of_it_again() -> None:
    async def play() -> None:
        locks = Locks()
        check = hold(locks, "check")
        await check.take(frozenset({"service:b"}), never)
        await check.share(EVERYTHING)
        assert locks.asked == 1

    asyncio.run(play())


def test_what_it_has_stays_its_own_while_it_waits_for_more() -> None:
    async def play() -> None:
        locks = Locks()
        await locks.lock("uses", LockWish(frozenset({"service:b"})))
        check = hold(locks, "check")
        await check.begin()
        await check.share(frozenset({"service:a"}))
        await check.take(frozenset({"edge:a -> b"}), never)
        more = await started(check.take(frozenset({"service:b"}), never))
        waiting = [
            await started(locks.lock("crosses", LockWish(frozenset({"edge:a -> b"})))),
            await started(locks.lock("breaks", LockWish(exclusive=frozenset({"service:a"})))),
        ]
        await locks.unlock("uses")
        await more
        assert locks.table.is_had_alone("edge:a -> b")
        assert not any(task.done() for task in waiting)
        await check.end()
        await asyncio.gather(*waiting)

    asyncio.run(play())


@pytest.mark.parametrize("base", [LockWish(shared=DATA), LockWish(exclusive=DATA), ROWS])
@pytest.mark.parametrize("wants_more_first", [True, False])
def test_it_lets_go_once_but_of_its_data_where_somebody_waits_for_what_it_has_and_has_what_it_wants(
    base: LockWish, *, wants_more_first: bool
) -> None:
    async def play() -> None:
        locks, gaps = Locks(), Gaps()
        check, other = hold(locks, "check", base), hold(locks, "other", LockWish())
        await check.begin()
        await check.take(frozenset({"edge:a -> b"}), never)
        await other.share(frozenset({"service:b"}))
        taking, sharing = check.take(frozenset({"service:b"}), gaps), other.share(frozenset({"edge:a -> b"}))
        if wants_more_first:
            more, crossing = await started(taking), await started(sharing)
        else:
            crossing, more = await started(sharing), await started(taking)
        await crossing
        resetting = await started(locks.lock("resets", LockWish(exclusive=DATA)))
        assert (gaps.count, more.done(), resetting.done()) == (1, False, False)
        await other.end()
        await more
        assert not resetting.done()
        assert all(locks.table.is_had_alone(name) for name in ("edge:a -> b", "service:b"))
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
        gaps = Gaps()
        first = await started(one.take(frozenset({"edge:a -> b"}), never))
        second = await started(other.take(frozenset({"service:b"}), gaps))
        await first
        assert (gaps.count, second.done()) == (1, False)
        await one.end()
        await second

    asyncio.run(play())


def test_a_check_that_would_wait_for_ever_has_nothing_alone_but_its_data() -> None:
    async def play() -> None:
        locks = Locks()
        resets = hold(locks, "resets", SETS_BACK)
        reads = hold(locks, "reads", LockWish())
        await resets.begin()
        await resets.take(frozenset({"edge:a -> b"}), never)
        await reads.begin()
        await reads.share(frozenset({"service:x"}))
        waiting = await started(reads.share(frozenset({"service:db"})))
        with pytest.raises(SuiteError, match="resets and reads wait for each other"):
            await resets.take(frozenset({"service:x"}), Gaps())
        assert not locks.table.is_had_alone("edge:a -> b")
        await resets.end()
        await waiting

    asyncio.run(play())


def test_an_edge_is_had_alone_and_the_rest_shared() -> None:
    async def play() -> None:
        locks = Locks()
        check = hold(locks, "check")
        await check.begin()
        for _ in range(2):
            await check.take(frozenset({"edge:a -> b"}), never)
        assert locks.asked == 2
        using = await started(locks.lock("uses", LockWish(frozenset({"edge:a -> b"}))))
        beside = await started(locks.lock("beside", LockWish(frozenset({"service:a"}))))
        assert (using.done(), beside.done()) == (False, True)
        await check.end()
        await using

    asyncio.run(play())


@pytest.mark.parametrize("seed", range(20))
def test_however_checks_mix_sharing_and_taking_all_come_to_their_end(seed: int) -> None:
    chance = Random(seed)
    names = [f"service:{name}" for name in "abcdef"]

    async def play_one(check: Holding, alone: Counter[str]) -> None:
        await check.begin()
        for _ in range(6):
            chosen = frozenset(chance.sample(names, 2))
            if chance.random() < 0.4:
                await check.take(chosen, Gaps())
                alone.update(chosen)
                assert all(alone[name] == 1 for name in chosen)
                await asyncio.sleep(0)
                alone.subtract(chosen)
            else:
                await check.share(chosen)
                assert not any(alone[name] for name in chosen)
            await asyncio.sleep(0)
        await check.end()

    async def play() -> None:
        locks: Any = Locks()
        alone: Counter[str] = Counter()
        checks = [Holding(locks, f"check {number}", ROWS, frozenset(names)) for number in range(12)]
        async with asyncio.timeout(20):
            await asyncio.gather(*(play_one(check, alone) for check in checks))
        assert not any(locks.table.is_had_alone(name) for name in names)

    asyncio.run(play())
