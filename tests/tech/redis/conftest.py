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

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder is made inside
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


def order(folder: Path, service: Service, cache: Path) -> LaunchOrder:
    return LaunchOrder(service, folder, free_port(), cache, folder, USER)


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


async def wait_until_ready(address: Address, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not (await prober().probe(address, Probe("technology"), 2)).is_ready:  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(0.01)


@pytest.fixture(scope="session")
def server() -> Iterator[Address]:
    with private_folder() as folder, private_folder() as cache:
        launch = asyncio.run(launcher().prepare(order(folder, Service("cache", "redis"), cache)))
        with running(launch):
            asyncio.run(wait_until_ready(launch.address))
            yield launch.address


@pytest.fixture
def database(server: Address) -> Iterator[Address]:
    """The server, emptied after the test."""
    yield server

    async def empty() -> None:
        connection = await connect(server)
        await connection.call("FLUSHALL")
        connection.close()

    asyncio.run(empty())
