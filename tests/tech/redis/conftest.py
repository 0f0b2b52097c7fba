"""One real Valkey or Redis server for the tests of this folder, started through our own launcher."""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dovetail.model.address import Address
from dovetail.model.system import Probe, Service
from dovetail.plugin.launcher import Launch, LaunchOrder
from dovetail.tech.redis.connection import connect
from dovetail.tech.redis.launcher import launcher
from dovetail.tech.redis.prober import prober

MEMORY = Path("/dev") / "shm"
USER = "nobody" if os.geteuid() == 0 else ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def private_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="dovetail-redis-", dir=MEMORY if MEMORY.is_dir() else None))
    if USER:
        shutil.chown(folder, USER)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(launch: Launch) -> Iterator["subprocess.Popen[bytes]"]:
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
            yield process
        finally:
            process.send_signal(launch.stop)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


async def wait_until_ready(address: Address) -> None:
    for _ in range(3000):
        if (await prober().probe(address, Probe("technology"), 2)).is_ready:
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


class Starter:
    """Prepares servers in private folders and runs them."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache

    @contextmanager
    def prepared(self, service: Service) -> Iterator[Launch]:
        with private_folder() as folder:
            order = LaunchOrder(service, folder, free_port(), self.cache, folder, USER)
            yield asyncio.run(launcher().prepare(order))

    @contextmanager
    def started(self, launch: Launch) -> Iterator["subprocess.Popen[bytes]"]:
        with running(launch) as process:
            asyncio.run(wait_until_ready(launch.address))
            yield process


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    with private_folder() as cache:
        yield Starter(cache)


@pytest.fixture(scope="session")
def server(starter: Starter) -> Iterator[Address]:
    with starter.prepared(Service("cache", "redis")) as launch, starter.started(launch):
        yield launch.address


@pytest.fixture
def database(server: Address) -> Iterator[Address]:
    """The server, emptied after the test."""
    yield server

    async def empty() -> None:
        connection = await connect(server)
        await connection.call("FLUSHALL")
        await connection.close()

    asyncio.run(empty())
