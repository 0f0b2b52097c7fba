import asyncio
import socket

import pytest
import uvloop

from dovetail.edge.dialling import Dialling
from dovetail.model.address import Address


def dial(host: str, port: int) -> str:
    """Dial through a Dialling that was first told another target; tell why there is no connection."""

    async def scene() -> str:
        loop = asyncio.get_running_loop()
        dialling = Dialling(loop, "orders -> payments", Address("127.0.0.1", 1))
        dialling.retarget(Address(host, port))
        outcome: asyncio.Future[str] = loop.create_future()

        def done(stream: socket.socket | None, why: str) -> None:
            if stream is not None:
                stream.close()
            outcome.set_result(why)

        dialling.dial(done)
        why = await asyncio.wait_for(outcome, 60)
        dialling.close()
        return why

    return uvloop.run(scene())


def test_a_target_that_moved_is_reached_by_number_and_by_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert dial("127.0.0.1", port) == ""
        assert dial("localhost", port) == ""


@pytest.mark.parametrize("name", ["nobody.invalid", "too-long" * 10, "two..dots"])
def test_a_name_without_address_is_told(name: str) -> None:
    assert dial(name, 80).startswith(f"{name} has no address")


def test_who_closes_is_not_called_back_by_a_look_up() -> None:
    called: list[str] = []

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        dialling = Dialling(loop, "orders -> payments", Address("nobody.invalid", 80))
        dialling.dial(lambda _, why: called.append(why))
        looking_up = [task for task in asyncio.all_tasks() if task.get_name() == "look up orders -> payments"]
        dialling.close()
        await asyncio.wait(looking_up)
        assert [task.cancelled() for task in looking_up] == [True]

    uvloop.run(scene())
    assert not called
