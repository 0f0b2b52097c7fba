"""One real PostgreSQL server for the tests of this folder, started through our own launcher."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dovetail.model.address import Address
from dovetail.model.system import Service
from dovetail.tech.postgres.connection import connect
from dovetail.tech.postgres.launcher import launcher
from dovetail.tech.postgres.prober import prober

if TYPE_CHECKING:
    from tests.tech.conftest import Starter


@pytest.fixture(scope="session")
def starter(starter_of: "Callable[..., Starter]") -> "Starter":
    return starter_of(launcher, prober)


@pytest.fixture(scope="session")
def server(starter: "Starter") -> Iterator[Address]:
    """The address of a running server whose database is `orders-db`."""
    with starter.prepared(Service("orders-db", "postgres")) as launch, starter.started(launch):
        yield launch.address


@pytest.fixture
def database(server: Address) -> Iterator[Address]:
    """An empty database of its own for one test."""
    name = f"test_{secrets.token_hex(6)}"

    async def steer(sql: str) -> None:
        connection = await connect(server)
        with suppress(ConnectionError):
            (await connection.run(sql)).must()
        await connection.close()

    asyncio.run(steer(f"create database {name}"))
    yield replace(server, path=f"/{name}")
    asyncio.run(steer(f"drop database {name} with (force)"))
