import asyncio
from typing import TYPE_CHECKING

from dovetail.edge.fault.timeout import timeout

if TYPE_CHECKING:
    from tests.edge.conftest import Stand, Writer
    from tests.edge.fault.conftest import HandFlow


def test_nothing_arrives_then_the_connection_is_closed(flow: "HandFlow") -> None:
    stage = timeout({"after": 2.0}).stage(flow)
    stage.feed(b"lost")
    flow.wait(1.9)
    before = flow.closed
    flow.wait(0.2)
    assert (before, flow.closed) == (False, True)
    assert not flow.passed


def test_what_was_held_arrives_when_the_fault_is_lifted(flow: "HandFlow") -> None:
    stage = timeout({}).stage(flow)
    stage.feed(b"one")
    stage.feed(b"two")
    stage.end()
    flow.wait(3600)
    assert not flow.closed
    stage.release()
    assert flow.data == b"onetwo"
    assert flow.held == 0
    assert flow.ended_at is not None


def test_a_real_client_sees_silence_and_then_the_end(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy:
            proxy.inject(stand.order("timeout", after=0.1), 60)
            assert await stand.read_all(proxy, b"hello") == b""

    stand.play(scene())


def test_a_silent_edge_holds_the_sender_back(stand: "Stand") -> None:
    async def pour(writer: "Writer") -> None:
        for _ in range(256):
            writer.write(bytes(1 << 20))
            await writer.drain()

    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy, stand.call(proxy) as (_, writer):
            proxy.inject(stand.order("timeout", to="request"), 60)
            pouring = asyncio.create_task(pour(writer))
            await asyncio.wait([pouring], timeout=0.3)
            assert not pouring.done()
            pouring.cancel()
            writer.transport.abort()

    stand.play(scene())
