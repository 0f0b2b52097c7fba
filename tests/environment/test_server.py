import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from dovetail.environment.live import LiveStage
from dovetail.environment.order import StageInfo
from dovetail.environment.remote import RemoteStage
from dovetail.environment.server import StageServer
from dovetail.environment.stage import LockWish
from dovetail.errors import StageLostError, SuiteError
from dovetail.model.check import FaultOrder
from dovetail.model.event import Event, FaultLifted, LogWritten, ServiceChanged, TornDown

EVERYTHING = LockWish(exclusive=frozenset({"service:b"}))


class Theatre:
    """A live stage in this process, served on a socket."""

    def __init__(self, server: StageServer, socket: str) -> None:
        self.server = server
        self.socket = socket
        self.clients: list[RemoteStage] = []

    async def client(self, *, is_holder: bool = False) -> RemoteStage:
        remote = RemoteStage()
        await remote.connect(self.socket, is_holder=is_holder)
        await remote.settle()
        self.clients.append(remote)
        return remote


@asynccontextmanager
async def theatre(yard: Any, *, is_kept: bool = False) -> AsyncIterator[Theatre]:
    order = yard.order(yard.service("a", "b"), yard.service("b"), is_kept=is_kept)
    means = yard.means(order, f"server{id(order):x}")
    stage = LiveStage(means, order)
    opening = asyncio.create_task(stage.open())
    path = str(yard.ground / "s")
    facts = {"id": "1", "key": order.key, "system": "yard", "folder": str(yard.folder), "socket": path}
    info = StageInfo(**facts, environment="local", is_direct=False, is_kept=is_kept, started_at=1.0)
    server = StageServer(stage, info, opening)
    door = await asyncio.get_running_loop().create_unix_server(server.welcome, path)
    house = Theatre(server, path)
    try:
        yield house
    finally:
        await server.tear_down()
        await server.close()
        for client in house.clients:
            client.close()
        door.close()
        means.lease.close()
        await asyncio.sleep(0.01)


def test_clients_share_a_stage_and_its_locks(yard: Any) -> None:
    async def play() -> None:
        async with theatre(yard) as house:
            one, two = await house.client(), await house.client()
            assert await one.states() == await two.states()
            await one.lock("check", EVERYTHING)
            waiting = asyncio.create_task(two.lock("check", EVERYTHING))
            done, _ = await asyncio.wait([waiting], timeout=0.05)
            assert not done
            await one.unlock("check")
            await waiting

    asyncio.run(play())


def test_a_client_that_dies_gives_back_its_locks_and_lifts_its_faults(yard: Any) -> None:
    async def play() -> None:
        async with theatre(yard) as house:
            one, two = await house.client(), await house.client()
            heard: list[Event] = []
            two.listen(heard.append)
            await one.lock("check", EVERYTHING)
            await one.inject(FaultOrder("a -> b", "refuse"), None)
            await one.open_slice("w1", frozenset({"b"}))
            waiting = asyncio.create_task(two.lock("check", EVERYTHING))
            one.close()
            async with asyncio.timeout(20):
                await waiting
                while True:
                    if len(await two.states()) == 2 and any(isinstance(e, FaultLifted) for e in heard):
                        return
                    await asyncio.sleep(0.01)

    asyncio.run(play())


def test_a_client_that_stops_waiting_for_a_lock_holds_nothing(yard: Any) -> None:
    async def play() -> None:
        async with theatre(yard) as house:
            one, two = await house.client(), await house.client()
            await one.lock("check", EVERYTHING)
            waiting = asyncio.create_task(two.lock("check", EVERYTHING))
            await two.states()
            waiting.cancel()
            await asyncio.wait([waiting])
            await two.states()
            await one.unlock("check")
            await one.lock("check", EVERYTHING)

    asyncio.run(play())


def test_errors_keep_their_kind_and_their_words(yard: Any) -> None:
    async def play() -> None:
        async with theatre(yard) as house:
            client = await house.client()
            with pytest.raises(SuiteError, match="did you mean b"):
                await client.address("bb")

    asyncio.run(play())


def test_every_client_hears_the_events(yard: Any) -> None:
    async def play() -> None:
        async with theatre(yard) as house:
            heard: list[list[Event]] = [[], []]
            for sink in heard:
                (await house.client()).listen(sink.append)
            await house.clients[0].steer("b", "restart")
            for client, events in zip(house.clients, heard, strict=True):
                await client.states()
                changes = [e.state for e in events if isinstance(e, ServiceChanged) and e.service == "b"]
                assert changes[-4:] == ["stopping", "stopped", "starting", "ready"]
            assert any(isinstance(event, LogWritten) for event in heard[0])

    asyncio.run(play())


def test_the_stage_ends_with_its_last_holder_and_tells_the_others(yard: Any) -> None:
    async def play() -> None:
        async with theatre(yard) as house:
            one, two, visitor = (
                await house.client(is_holder=True),
                await house.client(is_holder=True),
                await house.client(),
            )
            heard: list[Event] = []
            visitor.listen(heard.append)
            assert await one.leave() == ()
            assert not house.server.ended.is_set()
            two.close()
            async with asyncio.timeout(20):
                await house.server.ended.wait()
            await house.server.tear_down()
            await house.server.close()
            await asyncio.sleep(0.01)
            assert any(isinstance(event, TornDown) for event in heard)
            with pytest.raises(StageLostError):
                await visitor.states()

    asyncio.run(play())


def test_a_kept_stage_outlives_its_holders_until_it_is_taken_down(yard: Any) -> None:
    async def play() -> None:
        async with theatre(yard, is_kept=True) as house:
            one = await house.client(is_holder=True)
            assert await one.leave() == ()
            two = await house.client()
            assert not house.server.ended.is_set()
            assert await two.down() == ()
            assert house.server.ended.is_set()

    asyncio.run(play())


def test_a_kept_stage_that_never_came_up_ends_with_whoever_started_it(yard: Any) -> None:
    async def play() -> None:
        async with theatre(yard, is_kept=True) as house:
            starter = RemoteStage()
            await starter.connect(house.socket, is_holder=True)
            starter.close()
            async with asyncio.timeout(20):
                await house.server.ended.wait()

    asyncio.run(play())


def test_without_anybody_who_ever_held_it_the_stage_ends_with_who_started_it(yard: Any) -> None:
    async def play() -> None:
        async with theatre(yard) as house:
            house.server.end_unless_held()
            assert house.server.ended.is_set()
            with pytest.raises(StageLostError):
                await RemoteStage().connect(house.socket, is_holder=True)

    asyncio.run(play())
