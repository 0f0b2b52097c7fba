"""A stage in small: real servers, a real edge and callers, all in one loop."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import uvloop

from dovetail.edge.proxy import EdgeProxy, Fittings, open_edge
from dovetail.model.address import Address
from dovetail.model.check import FaultOrder
from dovetail.model.data import Data
from dovetail.model.exchange import Exchange
from dovetail.model.system import Edge

PATIENCE = 60.0
EDGE = Edge("orders", "payments", "http")

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter
Handler = Callable[[Reader, Writer], Awaitable[None]]


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


@asynccontextmanager
async def serve_with(handler: Handler) -> AsyncIterator[int]:
    """Serve until the block ends; every connection is closed with its handler, or with the block."""
    running: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            running.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await handler(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def open_to(port: int, hear: Callable[[Exchange], None], fittings: dict[str, Any]) -> AsyncIterator[EdgeProxy]:
    equipped = Fittings(**fittings)
    equipped.random.seed(7)
    proxy = await open_edge(EDGE, Address("127.0.0.1", port, "http"), hear, equipped)
    try:
        yield proxy
    finally:
        await proxy.close()


@asynccontextmanager
async def call_door(proxy: EdgeProxy) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


class Stand:
    """What a test of the edge needs; everything it opens is closed with its block."""

    def play(self, scene: Coroutine[Any, Any, None]) -> None:
        """Run a scene on the loop that the stage uses."""

        async def within() -> None:
            await asyncio.wait_for(scene, PATIENCE)

        uvloop.run(within())

    def serve(self, handler: Handler = echo) -> AbstractAsyncContextManager[int]:
        return serve_with(handler)

    def open(
        self, port: int, hear: Callable[[Exchange], None] = lambda _: None, **fittings: Any
    ) -> AbstractAsyncContextManager[EdgeProxy]:
        return open_to(port, hear, fittings)

    def call(self, proxy: EdgeProxy) -> AbstractAsyncContextManager[tuple[Reader, Writer]]:
        return call_door(proxy)

    async def read_all(self, proxy: EdgeProxy, sent: bytes = b"") -> bytes:
        """Connect, send, and read until the other side ends."""
        async with call_door(proxy) as (reader, writer):
            writer.write(sent)
            return await reader.read()

    async def read_some(self, proxy: EdgeProxy, sent: bytes, count: int) -> bytes:
        async with call_door(proxy) as (reader, writer):
            writer.write(sent)
            return await reader.readexactly(count)

    def order(self, kind: str, **settings: Data) -> FaultOrder:
        return FaultOrder(EDGE.name, kind, settings)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; the scene's patience is the deadline."""
        while not holds():  # noqa: ASYNC110 - it happens inside the proxy, which offers no event for it
            await asyncio.sleep(0.001)

    def resident(self) -> int:
        """Return how many bytes of memory this process holds."""
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def stand() -> Stand:
    return Stand()
