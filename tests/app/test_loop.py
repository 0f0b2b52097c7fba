"""The border between blocking and async."""

import asyncio

from dovetail.app.loop import run_async


def test_a_coroutine_runs_to_its_end_on_a_loop_of_its_own() -> None:
    async def tell() -> bool:
        await asyncio.sleep(0)
        return asyncio.get_running_loop().is_running()

    assert run_async(tell())
