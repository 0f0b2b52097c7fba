import asyncio
import threading

import pytest

from dovetail.app.python.border import Border, is_async_caller


@pytest.fixture
def border() -> Border:
    return Border()


async def where_am_i() -> str:
    return threading.current_thread().name


async def fail() -> None:
    raise LookupError("told")


def test_work_is_done_behind_the_border(border: Border) -> None:
    assert border.wait(where_am_i()) == "dovetail"
    border.close()


def test_what_goes_wrong_behind_the_border_is_raised_in_front_of_it(border: Border) -> None:
    with pytest.raises(LookupError, match="told"):
        border.wait(fail())
    border.close()


def test_an_async_caller_goes_on_meanwhile(border: Border) -> None:
    async def both() -> str:
        gate = asyncio.Event()
        loop = asyncio.get_running_loop()

        async def open_gate() -> str:
            loop.call_soon_threadsafe(gate.set)
            return "done"

        begun = border.begin(open_gate())
        await gate.wait()
        return await asyncio.wrap_future(begun)

    assert asyncio.run(both()) == "done"
    border.close()


def test_an_async_caller_is_known() -> None:
    async def ask() -> bool:
        return is_async_caller()

    assert not is_async_caller()
    assert asyncio.run(ask())
