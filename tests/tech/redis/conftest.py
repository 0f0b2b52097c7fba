"""One real Valkey or Redis server for the tests of this folder, started through our own launcher."""

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from dovetail.model.address import Address
from dovetail.model.system import Service
from dovetail.tech.redis.connection import connect
from dovetail.tech.redis.launcher import launcher
from dovetail.tech.redis.prober import prober

if TYPE_CHECKING:
    from tests.tech.conftest import Starter


@pytest.fixture(scope="session")
def starter(starter_of: "Callable[..., Starter]") -> "Starter":
    return starter_of(launcher, prober)


@pytest.fixture(scope="session")
def server(starter: "Starter") -> Iterator[Address]:
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
