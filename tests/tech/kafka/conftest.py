"""A real broker for each test process, and the ways tests speak to it."""

import asyncio
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from dovetail.model.address import Address
from dovetail.model.system import Probe, Service
from dovetail.plugin.launcher import LaunchOrder
from dovetail.tech.kafka.launcher import launcher
from dovetail.tech.kafka.preparer import preparer
from dovetail.tech.kafka.prober import prober

DEADLINE = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_broker(folder: Path, port: int) -> "tuple[Address, subprocess.Popen[bytes]]":
    order = LaunchOrder(Service("events", "kafka"), folder, port, folder / "cache", folder)
    launch = asyncio.run(launcher().prepare(order))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(launch.command, cwd=folder, stdout=log, stderr=log)
    try:
        wait_until_ready(launch.address, process)
    except BaseException:
        stop_broker(process)
        raise
    return launch.address, process


def wait_until_ready(address: Address, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + DEADLINE
    reading = asyncio.run(prober().probe(address, Probe("technology"), 5))
    while not reading.is_ready:
        assert time.monotonic() < ends, reading.why
        assert process.poll() is None, "the broker ended"
        reading = asyncio.run(prober().probe(address, Probe("technology"), 5))


def stop_broker(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(DEADLINE)


@pytest.fixture(scope="session")
def address() -> Iterator[Address]:
    """Where the one broker of this test process listens."""
    folder = Path(tempfile.mkdtemp(prefix="dovetail-kafka-"))
    where, process = start_broker(folder, free_port())
    yield where
    stop_broker(process)
    shutil.rmtree(folder)


@pytest.fixture
def new_topic(address: Address) -> Callable[..., str]:
    """Make a topic of a name nobody else has."""

    def make(partitions: int = 1) -> str:
        name = f"t.{uuid4().hex[:12]}"
        service = Service("events", "kafka", topics=(name,), settings={"num.partitions": partitions})
        asyncio.run(preparer().prepare(service, address, Path()))
        return name

    return make


@pytest.fixture
def own_broker(tmp_path: Path) -> "Iterator[Callable[[int], tuple[Address, subprocess.Popen[bytes]]]]":
    """Start brokers of a test's own; what still runs is stopped behind it."""
    running: list[subprocess.Popen[bytes]] = []

    def start(port: int = 0) -> "tuple[Address, subprocess.Popen[bytes]]":
        where, process = start_broker(tmp_path, port or free_port())
        running.append(process)
        return where, process

    yield start
    for process in running:
        stop_broker(process)


@pytest.fixture
def run() -> Callable[[Coroutine[object, object, None]], None]:
    """Run a coroutine to its end, within a deadline."""

    def run_within(work: Coroutine[object, object, None]) -> None:
        asyncio.run(asyncio.wait_for(work, DEADLINE))

    return run_within
