"""Servers to speak HTTP to: a web framework under uvicorn, and sockets that say whatever a test wants said."""

import asyncio
import gzip
import socket
import threading
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from dovetail.edge.proxy import EdgeProxy, Fittings, open_edge
from dovetail.model.address import Address
from dovetail.model.check import FaultOrder
from dovetail.model.data import Data
from dovetail.model.exchange import Exchange
from dovetail.model.system import Edge
from dovetail.tech.http.fault import fault
from dovetail.tech.http.tap import tap

EDGE = Edge("orders", "payments", "http")
PATIENCE = 60.0


async def mirror(request: Request) -> Response:
    """Say what was asked."""
    body = await request.body()
    told = {
        "method": request.method,
        "path": request.url.path,
        "query": [list(pair) for pair in request.query_params.multi_items()],
        "headers": dict(request.headers),
        "body": body.decode("latin-1"),
    }
    return JSONResponse(told, status_code=201 if request.method == "POST" else 200)


async def pack(request: Request) -> Response:
    kind = request.path_params["kind"]
    body = gzip.compress(b'{"packed": true}') if kind == "gzip" else zlib.compress(b'{"packed": true}')
    return Response(body, media_type="application/json", headers={"content-encoding": kind})


async def stream(_: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        for number in range(5):
            yield b"%d" % number * 1000

    return StreamingResponse(chunks())


async def wander(request: Request) -> Response:
    left = int(request.path_params["left"])
    target = f"/wander/{left - 1}" if left else "/mirror"
    return RedirectResponse(target, status_code=int(request.query_params.get("status", 302)))


async def cookie(_: Request) -> Response:
    response = JSONResponse({"total": 19.98, "exact": 12345678901234567890})
    response.set_cookie("session", "abc", httponly=True)
    response.set_cookie("theme", "dark")
    return response


async def health(request: Request) -> Response:
    word = request.path_params["word"]
    return JSONResponse({"status": word}, status_code=503 if word == "down" else 200)


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
ROUTES = [
    Route("/pack/{kind}", pack),
    Route("/stream", stream),
    Route("/wander/{left}", wander, methods=METHODS),
    Route("/cookie", cookie),
    Route("/health/{word}", health),
    Route("/{rest:path}", mirror, methods=METHODS),
]


@pytest.fixture(scope="session")
def service() -> Iterator[Address]:
    """Run the framework in a thread of its own, on a port of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(Starlette(routes=ROUTES), log_level="warning", lifespan="off", timeout_keep_alive=30)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]))
    thread.start()
    yield Address("127.0.0.1", listening.getsockname()[1], "http")
    server.should_exit = True
    thread.join()
    listening.close()


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serve_with(handler: Handler) -> AsyncIterator[Address]:
    running: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            running.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await handler(reader, writer)
        writer.close()
        with suppress(ConnectionError, asyncio.CancelledError):
            await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield Address("127.0.0.1", server.sockets[0].getsockname()[1], "http")
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def say(*answers: bytes) -> AsyncIterator[Address]:
    """Give the answers in turn, one for each request, on one connection after another; then hang up."""
    left = list(answers)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            if not left:
                return
            writer.write(left.pop(0))
            await writer.drain()
            if not left:
                return

    async with serve_with(handle) as address:
        yield address


@asynccontextmanager
async def open_tapped(target: Address) -> AsyncIterator[tuple[EdgeProxy, list[Exchange]]]:
    seen: list[Exchange] = []
    fittings = Fittings(tap=tap(), faults=fault())
    fittings.random.seed(7)
    proxy = await open_edge(EDGE, target, seen.append, fittings)
    try:
        yield proxy, seen
    finally:
        await proxy.close()


class Stand:
    """What a test of HTTP needs besides the service."""

    serve = staticmethod(serve_with)
    say = staticmethod(say)
    tapped = staticmethod(open_tapped)

    def play(self, scene: Coroutine[Any, Any, None]) -> None:
        async def within() -> None:
            await asyncio.wait_for(scene, PATIENCE)

        uvloop.run(within())

    def order(self, **settings: Data) -> FaultOrder:
        return FaultOrder(EDGE.name, "http", settings)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; the scene's patience is the deadline."""
        while not holds():  # noqa: ASYNC110 - it happens inside the proxy, which offers no event for it
            await asyncio.sleep(0.001)


@pytest.fixture
def stand() -> Stand:
    return Stand()
