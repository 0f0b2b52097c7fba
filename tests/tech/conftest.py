"""Real servers started through our own launchers, strangers on a port, and recorded conversations for taps."""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from dovetail.model.address import Address
from dovetail.model.exchange import Exchange
from dovetail.model.system import Probe, Service
from dovetail.plugin.launcher import Launch, Launcher, LaunchOrder
from dovetail.plugin.prober import Prober
from dovetail.plugin.tap import Line, Tap

DEADLINE = 60.0
MEMORY = Path("/dev") / "shm"
USER = "nobody" if os.geteuid() == 0 else ""
Bytes = tuple[str, bytes]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def private_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="dovetail-tech-", dir=MEMORY if MEMORY.is_dir() else None))
    if USER:
        shutil.chown(folder, USER)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Starter:
    """Prepares servers of one technology in private folders and runs them."""

    def __init__(self, cache: Path, launcher: Callable[[], Launcher], prober: Callable[[], Prober]) -> None:
        self.cache = cache
        self._launcher = launcher
        self._prober = prober

    def caching_in(self, folder: Path) -> "Starter":
        return Starter(folder, self._launcher, self._prober)

    @contextmanager
    def prepared(self, service: Service) -> Iterator[Launch]:
        with private_folder() as folder:
            order = LaunchOrder(service, folder, free_port(), self.cache, folder, USER)
            yield asyncio.run(self._launcher().prepare(order))

    @contextmanager
    def started(self, launch: Launch) -> Iterator["subprocess.Popen[bytes]"]:
        with (launch.folder / "log").open("wb") as log:
            process = subprocess.Popen(
                launch.command,
                cwd=launch.folder,
                env={**os.environ, **launch.environment},
                user=launch.user or None,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                asyncio.run(self._wait_until_ready(launch.address))
                yield process
            finally:
                process.send_signal(launch.stop)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    async def _wait_until_ready(self, address: Address) -> None:
        for _ in range(3000):
            if (await self._prober().probe(address, Probe("technology"), 2)).is_ready:
                return
            await asyncio.sleep(0.01)
        raise TimeoutError


@pytest.fixture(scope="session")
def starter_of() -> Iterator[Callable[[Callable[[], Launcher], Callable[[], Prober]], Starter]]:
    with private_folder() as cache:
        yield partial(Starter, cache)


@pytest.fixture
def stranger() -> Iterator[Callable[[bytes | None], Address]]:
    """Listen as one who answers the first words with `greeting` and hangs up; None never answers."""
    with ExitStack() as guests, ThreadPoolExecutor(8) as crew:

        def listen(greeting: bytes | None) -> Address:
            door = guests.enter_context(socket.create_server(("127.0.0.1", 0)))
            crew.submit(welcome, door, greeting)
            guests.callback(door.shutdown, socket.SHUT_RDWR)
            return Address("127.0.0.1", door.getsockname()[1], form="endpoint")

        yield listen
        guests.close()


def welcome(door: socket.socket, greeting: bytes | None) -> None:
    """Serve one guest after the other until the door is shut."""
    while True:
        try:
            guest, _ = door.accept()
        except OSError:
            return
        with guest:
            guest.settimeout(DEADLINE)
            try:
                guest.recv(65536)
                if greeting is None:
                    guest.recv(65536)
                else:
                    guest.sendall(greeting)
            except OSError:
                continue


class Tape:
    """Records what a client and a server say to each other and has a tap listen to it; `lost` is of the last replay."""

    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self.lost: list[int] = []

    def record(self, server: Address, scene: Callable[[int], Awaitable[None]]) -> list[Bytes]:
        """Let the scene speak to the server through a port; return the bytes of each direction in their order."""

        async def act() -> list[Bytes]:
            async with forwarded(server) as (port, seen):
                await scene(port)
            return seen

        return asyncio.run(act())

    def replay(self, seen: list[Bytes], how: str = "closed") -> list[Exchange]:
        exchanges: list[Exchange] = []
        self.lost = []
        line = Line("orders -> db", 7, Address("127.0.0.1", 1), exchanges.append, lambda: 1000.0, self.lost.append)
        listener = self._tap.listen(line)
        for way, data in seen:
            (listener.client_sent if way == "client" else listener.server_sent)(data)
        listener.ended(how)
        return exchanges

    def shred(self, seen: list[Bytes], longest: int) -> list[Bytes]:
        """Cut the bytes elsewhere, their order kept, into pieces of ever other lengths."""
        pieces: list[Bytes] = []
        for way, data in seen:
            at = 0
            while at < len(data):
                length = len(pieces) * 7919 % longest + 1
                pieces.append((way, data[at : at + length]))
                at += length
        return pieces


@asynccontextmanager
async def forwarded(server: Address) -> AsyncIterator[tuple[int, list[Bytes]]]:
    """Forward a port of our own to the server, noting what passes, until every client has hung up."""
    seen: list[Bytes] = []
    serving: set[asyncio.Task[object]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                seen.append((way, data))
                writer.write(data)
                await writer.drain()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        serving.update({task} if task else ())
        upstream_reader, upstream_writer = await asyncio.open_connection(server.host, server.port)
        async with asyncio.TaskGroup() as group:
            group.create_task(pump(reader, upstream_writer, "client"))
            group.create_task(pump(upstream_reader, writer, "server"))

    door = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with door:
        yield door.sockets[0].getsockname()[1], seen
        async with asyncio.timeout(DEADLINE):
            await asyncio.gather(*serving)


@pytest.fixture
def tape_of() -> Callable[[Tap], Tape]:
    return Tape
