"""Ending a run early."""

import asyncio

from dovetail.engine.stop import Stop


def test_the_first_reason_stays_until_the_run_is_halted() -> None:
    async def stop_twice() -> list[tuple[str, bool]]:
        stop = Stop()
        said = []
        for why, halts in (("fail fast", False), ("later", False), ("Ctrl-C", True), ("again", True)):
            stop.set(why, halts=halts)
            said.append((stop.why, stop.halts))
        return said

    told = asyncio.run(stop_twice())
    assert told == [("fail fast", False), ("fail fast", False), ("Ctrl-C", True), ("Ctrl-C", True)]


def test_halting_ends_what_is_watched_now_and_what_is_watched_later() -> None:
    async def be_halted() -> int:
        stop = Stop()
        ended = 0
        asyncio.get_running_loop().call_soon(lambda: stop.set("Ctrl-C", halts=True))
        for _ in range(2):
            try:
                with stop.limit(60):
                    await asyncio.Event().wait()
            except TimeoutError:
                ended += 1
        await stop.wait_for_halt()
        return ended

    assert asyncio.run(be_halted()) == 2
