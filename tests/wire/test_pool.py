import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from dovetail.model.address import Address
from dovetail.wire import pool as module
from dovetail.wire.pool import IDLE_AT_MOST, Pool

Scene = Callable[[Pool["Line"], Address], Awaitable[None]]


class Line:
    """A connection whose close waits until the other side has hung up too."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @property
    def is_usable(self) -> bool:
        return not self._reader.at_eof() and not self._writer.is_closing()

    def abort(self) -> None:
        self._writer.transport.abort()

    async def close(self) -> None:
        self._writer.write_eof()
        await self._reader.read()
        self._writer.close()
        await self._writer.wait_closed()


async def dial(address: Address) -> Line:
    return Line(*await asyncio.open_connection(address.host, address.port))


@asynccontextmanager
async def listening(*, lets_go: bool = True) -> AsyncIterator[Address]:
    """Accept connections; hang up when the other side does, or never."""
    is_over = asyncio.Event()
    serving: set[asyncio.Task[object]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        serving.update({task} if task else ())
        with suppress(ConnectionError):
            await (reader.read() if lets_go else is_over.wait())
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield Address("127.0.0.1", server.sockets[0].getsockname()[1])
        is_over.set()
        await asyncio.gather(*serving)


def play(scene: Scene, *, lets_go: bool = True) -> None:
    async def act() -> None:
        async with asyncio.timeout(60), listening(lets_go=lets_go) as address:
            await scene(Pool(dial), address)

    asyncio.run(act())


def test_a_connection_that_was_given_back_is_taken_again() -> None:
    async def scene(pool: Pool[Line], address: Address) -> None:
        first, second = await pool.take(address), await pool.take(address)
        assert first is not second
        await pool.give(address, first)
        assert await pool.take(address) is first
        await pool.give(address, first)
        await pool.give(address, second)
        await pool.close()
        assert not first.is_usable
        assert not second.is_usable

    play(scene)


def test_another_address_gets_a_connection_of_its_own() -> None:
    async def scene(pool: Pool[Line], address: Address) -> None:
        async with listening() as elsewhere:
            here = await pool.take(address)
            await pool.give(address, here)
            there = await pool.take(elsewhere)
            assert there is not here
            await pool.give(elsewhere, there)
            assert await pool.take(address) is here
            here.abort()
            await pool.close()

    play(scene)


def test_a_connection_that_broke_is_not_kept_whether_lent_or_idle() -> None:
    async def scene(pool: Pool[Line], address: Address) -> None:
        lent = await pool.take(address)
        lent.abort()
        await pool.give(address, lent)
        idle = await pool.take(address)
        assert idle is not lent
        await pool.give(address, idle)
        idle.abort()
        last = await pool.take(address)
        assert last.is_usable
        last.abort()

    play(scene)


def test_when_too_many_wait_the_longest_idle_is_closed() -> None:
    async def scene(pool: Pool[Line], address: Address) -> None:
        taken = [await pool.take(address) for _ in range(IDLE_AT_MOST + 1)]
        for connection in taken:
            await pool.give(address, connection)
        assert [connection.is_usable for connection in taken[:2]] == [False, True]
        await pool.close()

    play(scene)


def test_a_server_that_does_not_let_go_is_left_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS_TO_PART", 0.05)

    async def scene(pool: Pool[Line], address: Address) -> None:
        taken = [await pool.take(address) for _ in range(2)]
        for connection in taken:
            await pool.give(address, connection)
        await pool.close()
        assert not any(connection.is_usable for connection in taken)

    play(scene, lets_go=False)
