import asyncio
from typing import Any

from dovetail.environment.attendance import attach, find_stages


def test_a_running_stage_is_found_and_can_be_spoken_to_from_outside(yard: Any) -> None:
    async def play() -> None:
        async with yard.stage(yard.service("a")):
            assert find_stages("/elsewhere") == ()
            (info,) = find_stages(str(yard.folder))
            visitor = await attach(info)
            assert [state.service for state in await visitor.states()] == ["a"]
            assert await visitor.leave() == ()
            assert find_stages() == (info,)
        assert find_stages() == ()

    asyncio.run(play())


def test_a_visitor_can_take_a_stage_down(yard: Any) -> None:
    async def play() -> None:
        async with yard.stage(yard.service("a")):
            (info,) = find_stages()
            assert await (await attach(info)).down() == ()
            assert find_stages() == ()

    asyncio.run(play())
