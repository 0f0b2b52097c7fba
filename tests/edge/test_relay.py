import asyncio
import socket
import tracemalloc
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop

from dovetail.edge.relay import MOST_HELD, PIECE, Ear, Relay


class Bench:
    """A relay between two socket pairs: what is written to `source` comes out of `sink`."""

    def __init__(self, ear: Ear) -> None:
        self.loop = asyncio.get_running_loop()
        self.source, inner_source = socket.socketpair()
        self.sink, inner_sink = socket.socketpair()
        self.streams = (self.source, inner_source, self.sink, inner_sink)
        for stream in self.streams:
            stream.settimeout(0)
        self.finishes = 0
        self.was_cut = asyncio.Event()
        self.relay = Relay(self.loop, bytearray(1 << 18), (inner_source, inner_sink), self, ear)
        self.relay.start()

    def finished(self) -> None:
        self.finishes += 1

    def cut(self, how: str) -> None:
        assert how == "cut"
        self.was_cut.set()
        self.relay.stop()

    async def read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            data += await self.loop.sock_recv(self.sink, count - len(data))
        return data

    async def write(self, data: bytes) -> None:
        await self.loop.sock_sendall(self.source, data)

    def close(self) -> None:
        self.relay.stop()
        for stream in self.streams:
            stream.close()


def play(scene: Callable[[Bench], Coroutine[Any, Any, None]], ear: Ear | None = None) -> None:
    async def within() -> None:
        bench = Bench(ear or Ear())
        try:
            await asyncio.wait_for(scene(bench), 30)
        finally:
            bench.close()

    uvloop.run(within())


def test_bytes_go_out_and_a_copy_is_heard() -> None:
    heard: list[bytes] = []

    async def scene(bench: Bench) -> None:
        await bench.write(b"hello")
        assert await bench.read(5) == b"hello"

    play(scene, Ear(heard.append))
    assert heard == [b"hello"]


def test_the_end_is_passed_on_once_all_is_out() -> None:
    async def scene(bench: Bench) -> None:
        size = 8 << 20
        pouring = asyncio.create_task(bench.write(bytes(size)))
        received = len(await bench.read(100))
        while received < size:
            received += len(await bench.loop.sock_recv(bench.sink, 1 << 20))
        await pouring
        bench.source.shutdown(socket.SHUT_WR)
        assert await bench.loop.sock_recv(bench.sink, 1) == b""
        assert bench.relay.has_ended
        assert bench.finishes == 1

    play(scene)


def test_a_broken_sink_cuts() -> None:
    async def scene(bench: Bench) -> None:
        bench.sink.close()
        await bench.write(b"x")
        await bench.was_cut.wait()

    play(scene)


def test_a_detour_gets_the_bytes_and_restoring_leads_straight_on_again() -> None:
    heard: list[bytes] = []

    async def scene(bench: Bench) -> None:
        bench.relay.divert(lambda data: bench.relay.pass_on(data.upper()), bench.relay.pass_end, lambda: 0)
        await bench.write(b"one")
        assert await bench.read(3) == b"ONE"
        bench.relay.restore()
        await bench.write(b"two")
        assert await bench.read(3) == b"two"

    play(scene, Ear(heard.append))
    assert heard == [b"ONE", b"two"]


def test_an_early_ear_hears_what_a_detour_swallows() -> None:
    heard: list[bytes] = []

    async def scene(bench: Bench) -> None:
        swallowed: asyncio.Queue[bytes] = asyncio.Queue()
        bench.relay.divert(swallowed.put_nowait, bench.relay.pass_end, lambda: 0)
        await bench.write(b"gone")
        assert await swallowed.get() == b"gone"

    play(scene, Ear(heard.append, is_early=True))
    assert heard == [b"gone"]


def test_reading_waits_while_a_detour_holds_much() -> None:
    async def scene(bench: Bench) -> None:
        held: list[bytes] = []
        bench.relay.divert(held.append, bench.relay.pass_end, lambda: sum(map(len, held)))
        pouring = asyncio.create_task(bench.write(bytes(4 * MOST_HELD)))
        await asyncio.wait([pouring], timeout=0.2)
        assert not pouring.done()
        assert sum(map(len, held)) <= MOST_HELD + PIECE
        while not pouring.done():
            held.clear()
            bench.relay.ease()
            await asyncio.sleep(0)
        await pouring

    play(scene)


@pytest.mark.parametrize("size", [1, 3 << 20])
def test_what_is_passed_on_while_the_sink_is_full_waits_in_order(size: int) -> None:
    async def scene(bench: Bench) -> None:
        bench.relay.pass_on(b"a" * size)
        bench.relay.pass_on(b"b" * size)
        bench.relay.pass_end()
        bench.relay.pass_on(b"too late")
        assert await bench.read(2 * size) == b"a" * size + b"b" * size
        assert await bench.loop.sock_recv(bench.sink, 1) == b""

    play(scene)


def test_crumbs_that_wait_cost_little_more_than_their_bytes() -> None:
    async def scene(bench: Bench) -> None:
        bench.relay.pass_on(bytes(8 << 20))
        tracemalloc.start()
        for _ in range(20_000):
            bench.relay.pass_on(b"x")
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert held < 300_000
        bench.relay.pass_end()
        assert (await bench.read((8 << 20) + 20_000)).endswith(b"x" * 20_000)
        assert await bench.loop.sock_recv(bench.sink, 1) == b""

    play(scene)


def test_what_comes_later_waits_behind_what_waits_though_the_sink_takes_more_again() -> None:
    async def scene(bench: Bench) -> None:
        size = 4 << 20
        bench.relay.pass_on(b"a" * size)
        taken = b""
        while len(taken) < 100_000:
            taken += bench.sink.recv(100_000)
        bench.relay.pass_on(b"b")
        bench.relay.pass_end()
        assert taken + await bench.read(size + 1 - len(taken)) == b"a" * size + b"b"

    play(scene)
