"""Claims about one connection, against the real server and against strangers."""

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dovetail.model.address import Address
from dovetail.model.system import Service
from dovetail.tech.redis.connection import RefusedError, connect, database_of
from dovetail.tech.redis.resp import GarbledError, Refused

if TYPE_CHECKING:
    from tests.tech.conftest import Starter

SECRET, WRONG = "s3cret", "wrong"


def test_commands_of_a_batch_are_answered_in_order_refusals_among_them(database: Address) -> None:
    async def act() -> None:
        connection = await connect(database)
        replies = await connection.pipeline((("SET", "n", "x"), ("INCR", "n"), ("GET", "n")))
        assert replies[::2] == ["OK", b"x"]
        assert isinstance(replies[1], Refused)
        await connection.close()

    asyncio.run(act())


def test_the_address_names_the_database(database: Address) -> None:
    async def act() -> None:
        third = await connect(replace(database, path="/3"))
        first = await connect(database)
        await third.call("SET", "x", 1)
        assert (await third.call("GET", "x"), await first.call("GET", "x")) == (b"1", None)
        await third.close()
        await first.close()

    asyncio.run(act())
    assert [database_of(replace(database, path=path)) for path in ("", "/0", "/7", "/x")] == [0, 0, 7, 0]


def test_a_password_is_given_and_a_wrong_one_is_told(starter: "Starter") -> None:
    async def act(address: Address) -> None:
        connection = await connect(address)
        assert await connection.call("PING") == "PONG"
        await connection.close()
        with pytest.raises(RefusedError, match="WRONGPASS"):
            await connect(replace(address, password=WRONG))

    with starter.prepared(Service("cache", "redis", settings={"requirepass": SECRET})) as launch:
        assert launch.address.password == SECRET
        assert not any(SECRET in word for word in launch.command)
        with starter.started(launch):
            asyncio.run(act(launch.address))


def test_a_stranger_on_the_port_is_not_taken_for_redis() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async def act() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as door:
            connection = await connect(Address("127.0.0.1", door.sockets[0].getsockname()[1]))
            with pytest.raises(GarbledError):
                await connection.call("PING")
            assert not connection.is_usable

    asyncio.run(act())
