"""Signals as two moments a run can wait for."""

import asyncio
import os
import signal

import pytest

from dovetail.app.interrupt import Interrupt, InterruptedRunError


def test_the_first_signal_ends_what_may_end_and_the_second_hurries() -> None:
    said: list[str] = []

    async def be_signalled() -> list[str]:
        interrupt = Interrupt(said.append)
        ended = []
        with interrupt.listening():
            for step in (interrupt.unless_interrupted, interrupt.unless_hurried):
                asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGINT)
                try:
                    await step(asyncio.sleep(60), "sleep")
                except InterruptedRunError as error:
                    ended.append(str(error))
        return ended

    assert asyncio.run(be_signalled()) == ["interrupted by Ctrl-C"] * 2
    assert said == ["interrupted by Ctrl-C"]


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (signal.SIGTERM, "interrupted by SIGTERM"),
        (signal.SIGHUP, "interrupted by SIGHUP, as when its terminal is closed"),
    ],
)
def test_what_interrupted_is_told_by_its_name(number: signal.Signals, why: str) -> None:
    async def be_signalled() -> str:
        interrupt = Interrupt(lambda _: None)
        with interrupt.listening():
            asyncio.get_running_loop().call_soon(os.kill, os.getpid(), number)
            with pytest.raises(InterruptedRunError):
                await interrupt.unless_interrupted(asyncio.sleep(60), "sleep")
        return interrupt.why

    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        assert asyncio.run(be_signalled()) == why
    finally:
        signal.signal(signal.SIGHUP, before)


def test_work_that_ends_by_itself_gives_its_result_or_its_mistake() -> None:
    async def fail() -> int:
        await asyncio.sleep(0)
        raise ValueError("mine")

    async def work() -> int:
        interrupt = Interrupt(pytest.fail)
        with pytest.raises(ValueError, match="mine"):
            await interrupt.unless_hurried(fail(), "fail")
        return await interrupt.unless_interrupted(asyncio.sleep(0, 7), "work")

    assert asyncio.run(work()) == 7
