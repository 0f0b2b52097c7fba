"""Limits on how long something may take."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

import pytest

from dovetail.engine.limit import Limits


async def wait(limits: Limits, *seconds: float) -> None:
    """Wait for ever within limits, the first outermost."""
    first, *rest = seconds
    with limits.begin(first):
        if rest:
            await wait(limits, *rest)
        await asyncio.Event().wait()


def play(body: Callable[[Limits], Awaitable[None]]) -> None:
    async def run() -> None:
        await body(Limits())

    asyncio.run(run())


def test_a_block_that_takes_too_long_ends_with_a_timeout() -> None:
    async def body(limits: Limits) -> None:
        began = time.perf_counter()
        with pytest.raises(TimeoutError):
            await wait(limits, 0.05)
        assert 0.03 <= time.perf_counter() - began < 5

    play(body)


def test_a_block_that_ends_in_time_is_left_alone_and_so_is_what_follows() -> None:
    async def body(limits: Limits) -> None:
        with limits.begin(0.02):
            await asyncio.sleep(0)
        await asyncio.sleep(0.06)

    play(body)


def test_the_shorter_of_two_limits_ends_first_whichever_began_first() -> None:
    async def body(limits: Limits) -> None:
        ended: list[str] = []

        async def note(name: str, seconds: float) -> None:
            with pytest.raises(TimeoutError):
                await wait(limits, seconds)
            ended.append(name)

        await asyncio.gather(note("second", 0.08), note("third", 0.14), note("first", 0.02))
        assert ended == ["first", "second", "third"]

    play(body)


def test_an_inner_limit_leaves_the_outer_one_in_force() -> None:
    async def body(limits: Limits) -> None:
        async def wait_on() -> None:
            with limits.begin(0.08):
                with pytest.raises(TimeoutError):
                    await wait(limits, 0.02)
                await asyncio.Event().wait()

        with pytest.raises(TimeoutError):
            await wait_on()

    play(body)


def test_an_outer_limit_ends_through_an_inner_one_that_had_time_left() -> None:
    async def body(limits: Limits) -> None:
        began = time.perf_counter()
        with pytest.raises(TimeoutError):
            await wait(limits, 0.02, 60)
        assert time.perf_counter() - began < 5

    play(body)


def test_all_can_be_ended_at_once_also_those_without_an_end() -> None:
    async def body(limits: Limits) -> None:
        waiting = [asyncio.create_task(wait(limits, seconds)) for seconds in (60, math.inf)]
        await asyncio.sleep(0)
        limits.end_all()
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(end) for end in ended] == [TimeoutError, TimeoutError]

    play(body)


def test_a_cancellation_from_outside_stays_one() -> None:
    async def body(limits: Limits) -> None:
        task = asyncio.create_task(wait(limits, 60))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    play(body)


def test_what_a_block_raises_itself_goes_on() -> None:
    async def body(limits: Limits) -> None:
        with pytest.raises(ValueError, match="its own"), limits.begin(60):
            raise ValueError("its own")

    play(body)
