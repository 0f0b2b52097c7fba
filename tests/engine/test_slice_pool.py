"""Slices between checks: used again where they suit, replaced where they don't."""

import asyncio
from collections.abc import Callable
from typing import Any

from dovetail.engine.slice_pool import FIRST_PATIENCE, SliceOrder, SlicePool

Make = Callable[..., Any]
DATA = frozenset({"db"})


def order(*services: str) -> SliceOrder:
    return SliceOrder(frozenset(services), DATA)


def hush(name: str) -> None:
    assert name


def play(house: Make, check: Make, *wanted: SliceOrder, refuses: str = "") -> list[str]:
    """Take and give back one slice after the other."""
    stage = house(refuses=frozenset({refuses} if refuses else ())).play(check("nothing", skip="x")).stage

    async def act() -> None:
        pool = SlicePool()
        for one in wanted:
            pool.give_back(await pool.take(stage, one, "c", hush))

    asyncio.run(act())
    return [line for line in stage.done if not line.startswith("address")]


def test_the_next_check_gets_the_same_slice_with_its_data_set_back(house: Make, check: Make) -> None:
    assert play(house, check, order("orders"), order("orders")) == ["open slice cs1 of orders", "reset db@cs1"]


def test_a_slice_that_holds_more_suits_too(house: Make, check: Make) -> None:
    assert play(house, check, order("orders", "stock"), order("stock"))[1:] == ["reset db@cs1"]


def test_a_slice_that_suits_nobody_makes_room(house: Make, check: Make) -> None:
    assert play(house, check, order("orders"), order("stock")) == [
        "open slice cs1 of orders",
        "close slice cs1",
        "open slice cs2 of stock",
    ]


def test_a_slice_that_cannot_be_set_back_is_replaced(house: Make, check: Make) -> None:
    assert play(house, check, order("orders"), order("orders"), refuses="reset") == [
        "open slice cs1 of orders",
        "reset db@cs1",
        "close slice cs1",
        "open slice cs2 of orders",
    ]


def test_whose_a_slice_is_is_told_before_anything_is_done_with_it(house: Make, check: Make) -> None:
    stage = house(refuses=frozenset({"reset"})).play(check("nothing", skip="x")).stage

    def tell(name: str) -> None:
        stage.done.append(f"taken {name}")

    async def act() -> None:
        pool = SlicePool()
        for _ in "ab":
            pool.give_back(await pool.take(stage, order("orders"), "c", tell))

    asyncio.run(act())
    assert [line for line in stage.done if not line.startswith("address")] == [
        "taken cs1",
        "open slice cs1 of orders",
        "taken cs1",
        "reset db@cs1",
        "close slice cs1",
        "taken cs2",
        "open slice cs2 of orders",
    ]


def test_a_check_waits_for_a_slice_that_is_soon_free_again(house: Make, check: Make) -> None:
    stage = house().play(check("nothing", skip="x")).stage

    async def act() -> None:
        pool = SlicePool()
        first = await pool.take(stage, order("orders"), "c", hush)
        second = asyncio.create_task(pool.take(stage, order("orders"), "c", hush))
        await asyncio.sleep(0)
        pool.give_back(first)
        assert (await second).name == first.name

    asyncio.run(act())


def test_two_at_once_never_share_a_slice(house: Make, check: Make) -> None:
    stage = house().play(check("nothing", skip="x")).stage

    async def act() -> None:
        pool = SlicePool()
        taken = await asyncio.gather(*(pool.take(stage, order("orders"), "c", hush) for _ in "ab"))
        assert len({one.name for one in taken}) == 2

    asyncio.run(act())


def test_nobody_waits_for_a_slice_that_will_serve_no_other(house: Make, check: Make) -> None:
    stage = house().play(check("nothing", skip="x")).stage

    async def act() -> None:
        pool = SlicePool()
        await pool.take(stage, SliceOrder(frozenset({"orders"}), DATA, is_kept=False), "c", hush)
        async with asyncio.timeout(FIRST_PATIENCE / 2):
            await pool.take(stage, order("orders"), "c", hush)

    asyncio.run(act())
