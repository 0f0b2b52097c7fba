"""A real broker for each test process, and the ways tests speak to it."""

import asyncio
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest

from dovetail.edge.proxy import EdgeProxy, Fittings, open_edge
from dovetail.model.address import Address
from dovetail.model.check import FaultOrder
from dovetail.model.data import Data
from dovetail.model.exchange import Exchange
from dovetail.model.system import Edge, Probe, Service
from dovetail.plugin.driver import Act, Answer, Session, Target
from dovetail.plugin.launcher import LaunchOrder
from dovetail.plugin.tap import Rewriter
from dovetail.tech.kafka.driver import KafkaDriver
from dovetail.tech.kafka.launcher import launcher
from dovetail.tech.kafka.preparer import preparer
from dovetail.tech.kafka.prober import prober

DEADLINE = 60.0
T = TypeVar("T")


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Running = tuple[Address, "subprocess.Popen[bytes]"]


def start(folder: Path, port: int, advertised: str = "") -> Running:
    order = LaunchOrder(Service("events", "kafka"), folder, port, folder / "cache", folder)
    launch = asyncio.run(launcher().prepare(order))
    command = list(launch.command)
    if advertised:
        command[command.index("--advertised-listener-url") + 1] = advertised
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        wait_until_ready(launch.address, process)
    except BaseException:
        stop(process)
        raise
    return launch.address, process


def wait_until_ready(address: Address, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + DEADLINE
    reading = asyncio.run(prober().probe(address, Probe("technology"), 5))
    while not reading.is_ready:
        assert time.monotonic() < ends, reading.why
        assert process.poll() is None, "the broker ended"
        reading = asyncio.run(prober().probe(address, Probe("technology"), 5))


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)
    process.wait(DEADLINE)


@pytest.fixture(scope="session")
def address() -> Iterator[Address]:
    """Where the one broker of this test process listens."""
    folder = Path(tempfile.mkdtemp(prefix="dovetail-kafka-"))
    where, process = start(folder, find_port())
    yield where
    stop(process)
    shutil.rmtree(folder)


@pytest.fixture
def free_port() -> int:
    """Find a port on which nobody listens."""
    return find_port()


@pytest.fixture
def new_topic(address: Address) -> Callable[..., str]:
    """Make a topic of a name nobody else has."""

    def make(partitions: int = 1) -> str:
        name = f"t.{uuid4().hex[:12]}"
        prepare_topic(address, name, partitions)
        return name

    return make


def prepare_topic(address: Address, name: str, partitions: int = 1) -> None:
    service = Service("events", "kafka", topics=(name,), settings={"num.partitions": partitions})
    asyncio.run(preparer().prepare(service, address, Path()))


@pytest.fixture
def make_topic() -> Callable[..., None]:
    """Make a topic of a given name on any broker."""
    return prepare_topic


@pytest.fixture
def speaking(address: Address) -> Callable[..., AbstractAsyncContextManager[Session]]:
    """Hold one check's session with the broker, which foresees the acts it is given."""

    @asynccontextmanager
    async def speak(*acts: Act, trace: str = "", to: Address = address) -> AsyncIterator[Session]:
        driver = KafkaDriver(time.time)
        session = await driver.connect(Target("events", to, trace=trace))
        await session.foresee(acts)
        try:
            yield session
        finally:
            await session.close()
            await driver.close()

    return speak


@pytest.fixture
def error_of() -> Callable[[Answer], tuple[Data, Data]]:
    """Read the kind and the code of an answer's error."""

    def read(answer: Answer) -> tuple[Data, Data]:
        error = answer.facets["error"]
        assert isinstance(error, dict)
        assert answer.error == error["message"]
        return error["kind"], error["code"]

    return read


@pytest.fixture
def running() -> "Iterator[list[subprocess.Popen[bytes]]]":
    """Hold the brokers of a test's own; they are stopped behind it."""
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        stop(process)


@pytest.fixture
def start_broker(tmp_path: Path, running: "list[subprocess.Popen[bytes]]") -> Callable[..., Address]:
    """Start a broker of a test's own; with a `port`, in place of the last one."""

    def start_one(port: int = 0, advertised: str = "") -> Address:
        if port:
            stop(running.pop())
        where, process = start(tmp_path, port or find_port(), advertised)
        running.append(process)
        return where

    return start_one


@pytest.fixture
def stop_broker(running: "list[subprocess.Popen[bytes]]") -> Callable[[], None]:
    """Stop the last broker of a test's own."""
    return lambda: stop(running.pop())


class Door:
    """An edge to the broker, open on a thread of its own, so that clients of every kind can be tried on it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, target: Address, tap: Rewriter) -> None:
        self.exchanges: list[Exchange] = []
        self._loop = loop
        self._edge = self._do(self._open(target, tap))
        self.address = self._edge.door

    async def _open(self, target: Address, tap: Rewriter) -> EdgeProxy:
        return await open_edge(Edge("tester", "events", "kafka"), target, self.exchanges.append, Fittings(tap=tap))

    def _do(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(DEADLINE)

    def cut(self) -> str:
        async def inject() -> str:
            return self._edge.inject(FaultOrder("tester -> events", "refuse"), 60)

        return self._do(inject())

    def mend(self, lease: str) -> None:
        async def lift() -> None:
            self._edge.lift(lease)

        self._do(lift())

    def close(self) -> None:
        self._do(self._edge.close())

    def seen(self, start: str) -> list[Exchange]:
        """Return what was seen whose request begins with `start`."""
        return [exchange for exchange in tuple(self.exchanges) if exchange.request.startswith(start)]


@pytest.fixture
def open_door(address: Address) -> "Iterator[Callable[[Rewriter], Door]]":
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="edges")
    thread.start()
    doors: list[Door] = []

    def open_one(tap: Rewriter, target: Address = address) -> Door:
        doors.append(Door(loop, target, tap))
        return doors[-1]

    yield open_one
    for door in doors:
        door.close()
    loop.call_soon_threadsafe(loop.stop)
    thread.join(DEADLINE)
    loop.close()


@pytest.fixture
def run() -> Callable[[Coroutine[object, object, None]], None]:
    """Run a coroutine to its end, within a deadline."""

    def run_within(work: Coroutine[object, object, None]) -> None:
        asyncio.run(asyncio.wait_for(work, DEADLINE))

    return run_within
