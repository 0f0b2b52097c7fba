import asyncio

import pytest

from dovetail.environment.lock import LockTable
from dovetail.environment.stage import LockWish
from dovetail.errors import SuiteError


def reading(*names: str) -> LockWish:
    return LockWish(shared=frozenset(names))


def adding(*names: str) -> LockWish:
    return LockWish(adding=frozenset(names))


def disturbing(*names: str) -> LockWish:
    return LockWish(exclusive=frozenset(names))


async def granted(table: LockTable, owner: str, wish: LockWish) -> "asyncio.Task[None]":
    task = asyncio.create_task(table.lock(owner, wish))
    for _ in range(5):
        await asyncio.sleep(0)
    return task


async def growing_by(table: LockTable, owner: str, wish: LockWish) -> "asyncio.Task[bool]":
    task = asyncio.create_task(table.grow(owner, wish))
    for _ in range(5):
        await asyncio.sleep(0)
    return task


@pytest.mark.parametrize(
    ("held", "asked", "is_granted"),
    [
        (reading("a"), reading("a"), True),
        (reading("a"), disturbing("a"), False),
        (disturbing("a"), reading("a"), False),
        (disturbing("a"), disturbing("a"), False),
        (disturbing("a"), disturbing("b"), True),
        (reading("a", "b"), LockWish(frozenset({"b"}), frozenset({"c"})), True),
        (adding("a"), adding("a"), True),
        (adding("a"), reading("a"), False),
        (reading("a"), adding("a"), False),
        (adding("a"), disturbing("a"), False),
        (disturbing("a"), adding("a"), False),
    ],
)
def test_readers_share_and_disturbers_are_alone(held: LockWish, asked: LockWish, *, is_granted: bool) -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("one", held)
        other = await granted(table, "two", asked)
        assert other.done() is is_granted
        table.unlock("one")
        await other

    asyncio.run(play())


def test_a_stream_of_readers_does_not_starve_who_wants_to_be_alone() -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("reader 1", reading("a"))
        alone = await granted(table, "alone", disturbing("a"))
        late = await granted(table, "reader 2", reading("a"))
        assert not late.done()
        table.unlock("reader 1")
        await alone
        assert not late.done()
        table.unlock("alone")
        await late

    asyncio.run(play())


def test_whoever_touches_nothing_that_others_wait_for_overtakes() -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("one", disturbing("a"))
        waiting = await granted(table, "two", disturbing("a", "b"))
        assert (await granted(table, "three", disturbing("c"))).done()
        blocked = await granted(table, "four", reading("b"))
        assert not blocked.done()
        table.unlock("one")
        await waiting
        table.unlock("two")
        await blocked

    asyncio.run(play())


def test_a_wish_holds_nothing_while_it_waits_for_its_rest() -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("one", disturbing("a"))
        both = await granted(table, "two", disturbing("a", "b"))
        both.cancel()
        await asyncio.wait([both])
        assert both.cancelled()
        assert (await granted(table, "three", disturbing("b"))).done()

    asyncio.run(play())


def test_an_owner_may_ask_for_more_of_its_own() -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("one", reading("a"))
        assert (await granted(table, "one", disturbing("a"))).done()

    asyncio.run(play())


def test_who_holds_something_asks_for_more_before_those_who_wait_for_it() -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("one", adding("rows"))
        waiting = await granted(table, "two", LockWish(frozenset({"edge"}), frozenset({"rows"})))
        assert not waiting.done()
        assert (await granted(table, "one", disturbing("edge"))).done()
        table.unlock("one")
        await waiting

    asyncio.run(play())


def test_what_is_kept_stays_held_while_the_rest_is_let_go() -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("one", LockWish(frozenset({"edge"}), adding=frozenset({"rows"})))
        await table.lock("one", reading("other"))
        table.unlock("one", frozenset({"rows"}))
        assert (await granted(table, "two", disturbing("edge"))).done()
        third = await granted(table, "three", disturbing("rows"))
        assert not third.done()
        table.unlock("one")
        await third

    asyncio.run(play())


def test_what_is_kept_whole_stays_held() -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("one", adding("rows"))
        table.unlock("one", frozenset({"rows"}))
        waiting = await granted(table, "two", disturbing("rows"))
        assert not waiting.done()
        table.unlock("one")
        await waiting

    asyncio.run(play())


def test_who_would_wait_for_one_who_waits_for_him_is_told_at_once() -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("restarts", disturbing("db"))
        await table.lock("reads", reading("mail"))
        await table.lock("bystander", reading("mail"))
        first = await granted(table, "restarts", disturbing("mail"))
        with pytest.raises(SuiteError, match="reads and restarts wait for each other"):
            await asyncio.wait_for(table.lock("reads", reading("db")), 5)
        assert not first.done()
        table.unlock("reads")
        table.unlock("bystander")
        await first

    asyncio.run(play())


def test_a_circle_of_three_is_told_and_a_queue_of_three_is_none() -> None:
    async def play() -> None:
        table = LockTable()
        for name in ("a", "b", "c"):
            await table.lock(name, disturbing(name))
        waiting = [await granted(table, "a", disturbing("b")), await granted(table, "b", disturbing("c"))]
        with pytest.raises(SuiteError, match="c, a and b wait for each other"):
            await asyncio.wait_for(table.lock("c", disturbing("a")), 5)
        for owner, task in zip(("c", "b"), reversed(waiting), strict=True):
            table.unlock(owner)
            await task

    asyncio.run(play())


def test_who_grows_waits_with_what_it_holds_until_the_rest_is_free() -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("breaks", disturbing("a"))
        await table.lock("reads", reading("b"))
        growing = await growing_by(table, "breaks", disturbing("b"))
        late = await granted(table, "late", reading("a"))
        assert (growing.done(), late.done(), table.is_had_alone("a")) == (False, False, True)
        table.unlock("reads")
        assert await growing
        assert (table.is_had_alone("a"), table.is_had_alone("b"), late.done()) == (True, True, False)
        table.unlock("breaks")
        await late

    asyncio.run(play())


@pytest.mark.parametrize("is_growing_first", [True, False])
def test_who_grows_gives_way_to_who_waits_for_what_it_holds(*, is_growing_first: bool) -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("breaks", disturbing("a"))
        await table.lock("reads", reading("b"))
        more, wanted = disturbing("b"), reading("a")
        if is_growing_first:
            growing, reads = await growing_by(table, "breaks", more), await granted(table, "reads", wanted)
        else:
            reads, growing = await granted(table, "reads", wanted), await growing_by(table, "breaks", more)
        assert await growing is False
        assert (table.is_had_alone("a"), table.is_had_alone("b"), reads.done()) == (True, False, False)
        table.unlock("breaks")
        await reads

    asyncio.run(play())


def test_of_two_that_grow_into_each_other_one_gives_way() -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("one", reading("a", "b"))
        await table.lock("other", reading("a", "b"))
        one = await growing_by(table, "one", disturbing("a"))
        assert await table.grow("other", disturbing("b")) is False
        assert not one.done()
        table.unlock("other")
        assert await one

    asyncio.run(play())


def test_several_that_grow_give_way_to_one_who_waits_for_all_of_them() -> None:
    async def play() -> None:
        table = LockTable()
        for owner, held in (("one", disturbing("a")), ("other", disturbing("b")), ("reads", reading("c", "d"))):
            await table.lock(owner, held)
        growing = [await growing_by(table, "one", disturbing("c")), await growing_by(table, "other", disturbing("d"))]
        reads = await granted(table, "reads", reading("a", "b"))
        assert [await task for task in growing] == [False, False]
        for owner in ("one", "other"):
            assert not reads.done()
            table.unlock(owner)
        await reads

    asyncio.run(play())


def test_who_gives_up_growing_in_the_moment_it_gives_way_keeps_what_it_held() -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("breaks", disturbing("a"))
        await table.lock("reads", reading("b"))
        growing = await growing_by(table, "breaks", disturbing("b"))
        reads = asyncio.create_task(table.lock("reads", reading("a")))
        await asyncio.sleep(0)
        growing.cancel()
        await asyncio.wait([growing])
        assert (growing.cancelled(), table.is_had_alone("a"), reads.done()) == (True, True, False)
        table.unlock("breaks")
        await reads

    asyncio.run(play())


def test_who_stops_growing_in_the_moment_it_is_waited_for_harms_nobody() -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("breaks", disturbing("a"))
        await table.lock("reads", reading("b"))
        growing = await growing_by(table, "breaks", disturbing("b"))
        reads = asyncio.create_task(table.lock("reads", reading("a")))
        growing.cancel()
        await asyncio.wait([growing])
        assert (growing.cancelled(), table.is_had_alone("a"), reads.done()) == (True, True, False)
        table.unlock("breaks")
        await reads

    asyncio.run(play())


def test_letting_go_ends_the_waiting_too() -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("one", disturbing("a"))
        waiting = await granted(table, "two", disturbing("a"))
        table.unlock("two")
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        table.unlock("one")
        assert not table.is_had_alone("a")

    asyncio.run(play())


def test_what_was_granted_to_one_who_gave_up_in_that_moment_goes_to_the_next() -> None:
    async def play() -> None:
        table = LockTable()
        await table.lock("one", disturbing("a"))
        second = await granted(table, "two", disturbing("a"))
        third = await granted(table, "three", disturbing("a"))
        table.unlock("one")
        second.cancel()
        await asyncio.wait([second])
        assert second.cancelled()
        await asyncio.wait_for(third, 5)

    asyncio.run(play())


def test_what_is_had_alone_is_known_until_it_is_let_go() -> None:
    async def play() -> list[bool]:
        table = LockTable()
        await granted(table, "reader", reading("b"))
        await granted(table, "breaker", disturbing("a"))
        had = [table.is_had_alone("a"), table.is_had_alone("b")]
        table.unlock("breaker")
        return [*had, table.is_had_alone("a")]

    assert asyncio.run(play()) == [True, False, False]
