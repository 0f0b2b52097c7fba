"""Claims about one connection, against the real server and against strangers."""

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dovetail.model.address import Address
from dovetail.model.system import Service
from dovetail.tech.postgres.connection import GarbledError, RefusedError, connect
from dovetail.tech.postgres.message import COPY_DONE, build_message, build_query

if TYPE_CHECKING:
    from tests.tech.conftest import Starter

SECRET, WRONG = "söcret", "wrong"


def test_every_login_that_servers_ask_for_is_spoken(starter: "Starter") -> None:
    async def act(address: Address) -> None:
        admin = await connect(address)
        await admin.run("set password_encryption = 'md5'")
        (await admin.run("create role hashed login password 'söcret'")).must()
        await admin.close()
        hashed = replace(address, user="hashed", password=SECRET, path="/postgres")
        await (await connect(hashed)).close()
        for login in (address, hashed):
            with pytest.raises(RefusedError, match="password authentication failed"):
                await connect(replace(login, password=WRONG))

    with starter.prepared(Service("orders-db", "postgres")) as launch:
        methods = ("postgres", "scram-sha-256"), ("hashed", "md5")
        lines = "".join(f"host all {user} 127.0.0.1/32 {method}\n" for user, method in methods)
        (launch.folder / "data" / "pg_hba.conf").write_text(lines)
        with starter.started(launch):
            asyncio.run(act(launch.address))


def test_data_is_copied_in_and_out(database: Address) -> None:
    async def act() -> None:
        connection = await connect(database)
        (await connection.run("create table t (id int, note text)")).must()
        copy = build_query("copy t from stdin") + build_message(b"d", b"1\ta\n2\t\\N\n") + COPY_DONE
        assert (await connection.send(copy)).must().results[0].tag == "COPY 2"
        assert (await connection.run("copy t to stdout")).must().results[0].data == b"1\ta\n2\t\\N\n"
        refused = build_query("copy missing from stdin") + build_message(b"d", b"1\n") + COPY_DONE
        assert (await connection.send(refused)).refusal
        assert (await connection.run("select 1")).must().results[0].rows == [(b"1",)]
        await connection.close()

    asyncio.run(act())


def test_a_connection_that_was_interrupted_is_not_usable(server: Address) -> None:
    async def act() -> None:
        connection = await connect(server)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await connection.run("select pg_sleep(20)")
        assert not connection.is_usable

    asyncio.run(act())


def test_a_server_that_hangs_up_is_noticed(server: Address) -> None:
    async def act() -> None:
        connection, killer = await connect(server), await connect(server)
        pid = (await connection.run("select pg_backend_pid()")).results[0].rows[0][0]
        await killer.run(f"select pg_terminate_backend({int(pid or 0)})")
        for _ in range(2000):
            if not connection.is_usable:
                break
            await asyncio.sleep(0.01)
        assert not connection.is_usable
        connection.abort()
        await killer.close()

    asyncio.run(act())


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff" * 64])
def test_a_stranger_on_the_port_is_not_taken_for_postgres(said: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(said)
        writer.close()
        await writer.wait_closed()

    async def act() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as door:
            with pytest.raises(GarbledError):
                await connect(Address("127.0.0.1", door.sockets[0].getsockname()[1]))

    asyncio.run(act())
