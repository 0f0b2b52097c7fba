"""Claims about the PostgreSQL tap: real clients' bytes, recorded and cut anywhere."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from dovetail.model.address import Address
from dovetail.model.exchange import Exchange
from dovetail.plugin.tap import Line
from dovetail.tech.postgres.message import SSL_REQUEST, build_message, build_query, build_request, build_startup
from dovetail.tech.postgres.tap import tap

Bytes = tuple[str, bytes]


@contextlib.asynccontextmanager
async def recorded(server: Address) -> AsyncIterator[tuple[int, list[Bytes]]]:
    """Forward a port of our own to the server and note the bytes of each direction in their order."""
    seen: list[Bytes] = []
    serving: set[asyncio.Task[object]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                seen.append((way, data))
                writer.write(data)
                await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
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
        async with asyncio.timeout(20):
            await asyncio.gather(*serving)


def replay(seen: list[Bytes], how: str = "closed") -> list[Exchange]:
    """Have the tap listen to recorded bytes."""
    exchanges: list[Exchange] = []
    door = Address("127.0.0.1", 1)
    listener = tap().listen(Line("orders -> db", 7, door, exchanges.append, lambda: 1000.0))
    for way, data in seen:
        (listener.client_sent if way == "client" else listener.server_sent)(data)
    listener.ended(how)
    return exchanges


def shred(seen: list[Bytes], longest: int) -> list[Bytes]:
    """Cut the bytes elsewhere, their order kept, into pieces of ever other lengths."""
    pieces: list[Bytes] = []
    for way, data in seen:
        at = 0
        while at < len(data):
            length = len(pieces) * 7919 % longest + 1
            pieces.append((way, data[at : at + length]))
            at += length
    return pieces


def record(server: Address, scene: Callable[["asyncpg.Connection[asyncpg.Record]"], Awaitable[None]]) -> list[Bytes]:
    async def act() -> list[Bytes]:
        async with recorded(server) as (port, seen):
            client = await asyncpg.connect(
                host="127.0.0.1",
                port=port,
                user=server.user,
                password=server.password,
                database=server.path[1:],
                server_settings={"application_name": "orders"},
            )
            await scene(client)
            await client.close()
            return seen

    return asyncio.run(act())


async def busy_scene(client: "asyncpg.Connection[asyncpg.Record]") -> None:
    await client.execute("create temp table t (id int primary key, note text); insert into t values (1, 'a')")
    await client.executemany("insert into t values ($1, $2)", [(number, "x" * number) for number in range(2, 30)])
    await client.fetch(
        "select * from t where id > $1 /*traceparent='00-0af7651916cd43dd8448eb211c80319c-b7ad-01'*/", 20
    )
    with contextlib.suppress(asyncpg.UniqueViolationError):
        await client.execute("insert into t values (1, 'again')")
    with contextlib.suppress(asyncpg.UndefinedTableError):
        await client.fetch("select * from missing where id = $1", 1)
    async with client.transaction():
        await client.fetch("select repeat('y', 300000)")
        await client.copy_records_to_table("t", records=[(100, "c"), (101, "d")])
    await client.execute("insert into t values (200, '" + "z" * 100_000 + "')")
    statement = await client.prepare("select note from t where id = $1")
    await statement.fetch(1)
    await statement.fetchval(2)


def test_statements_are_told_with_their_ends(database: Address) -> None:
    exchanges = replay(record(database, busy_scene))
    told = [(e.request[:44], e.answer, e.ended) for e in exchanges]
    assert told[0] == ("create temp table t (id int primary key, not", "CREATE TABLE; INSERT 0 1", "answered")
    assert told[1:29] == [("insert into t values ($1, $2)", "INSERT 0 1", "answered")] * 28
    assert told[29] == ("select * from t where id > $1 /*traceparent=", "SELECT 9", "answered")
    assert exchanges[29].trace == "0af7651916cd43dd8448eb211c80319c"
    assert exchanges[29].detail == {"database": database.path[1:], "application_name": "orders", "rows": "9"}
    again, missing = exchanges[30:32]
    assert (again.ended, again.detail["code"]) == ("failed", "23505")
    assert again.answer.startswith("ERROR 23505: duplicate key")
    assert (missing.request, missing.ended) == ("select * from missing where id = $1", "failed")
    assert [each[1] for each in told[32:36]] == ["BEGIN", "SELECT 1", "COPY 2", "COMMIT"]
    assert exchanges[33].bytes_answered > 300_000
    assert told[36][1] == "INSERT 0 1"
    assert exchanges[36].bytes_sent > 100_000
    assert [each[1] for each in told[-2:]] == ["SELECT 1", "suspended"]
    assert all(len(e.request) <= 400 for e in exchanges)
    assert {(e.edge, e.connection, e.technology) for e in exchanges} == {("orders -> db", 7, "postgres")}


@pytest.mark.parametrize("longest", [1, 7, 300, 40_000])
def test_any_cut_of_the_bytes_tells_the_same(database: Address, longest: int) -> None:
    seen = record(database, busy_scene)
    whole = replay(seen)
    assert len(whole) > 35
    assert replay(shred(seen, longest)) == whole


def test_a_refused_login_is_a_failed_exchange(server: Address) -> None:
    async def act() -> list[Bytes]:
        async with recorded(server) as (port, seen):
            with contextlib.suppress(asyncpg.InvalidPasswordError):
                await asyncpg.connect(host="127.0.0.1", port=port, user="postgres", password=str(port), database="x")
            return seen

    (exchange,) = replay(asyncio.run(act()))
    assert (exchange.request, exchange.ended) == ("connect to x as postgres", "failed")
    assert "password authentication failed" in exchange.answer


@pytest.mark.parametrize(
    ("how", "ended"), [("closed", "cut"), ("cut", "cut"), ("refused", "refused"), ("faulted", "faulted")]
)
def test_what_is_open_ends_as_the_connection_did(how: str, ended: str) -> None:
    hello = build_startup([("user", "me"), ("database", "shop")])
    (login,) = replay([("client", hello)], how)
    assert (login.request, login.ended) == ("connect to shop as me", ended)
    ready = build_message(b"R", struct.pack("!I", 0)) + build_message(b"Z", b"I")
    (query,) = replay([("client", hello), ("server", ready), ("client", build_query("select\n 1"))], how)
    assert (query.request, query.ended) == ("select 1", ended)


def test_encryption_that_is_declined_is_listened_past() -> None:
    hello = build_startup([("user", "me")])
    seen = [("client", build_request(SSL_REQUEST)), ("server", b"N"), ("client", hello)]
    assert [e.request for e in replay(shred(seen, 3))] == ["connect to me as me"]


@pytest.mark.parametrize(
    "seen",
    [
        [
            ("client", build_request(SSL_REQUEST)),
            ("server", b"S"),
            ("client", b"\x16\x03\x01 hello"),
            ("server", b"\x16"),
        ],
        [("client", b"\x16\x03\x01\x02\x00\x01 direct TLS")],
        [("client", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), ("server", b"HTTP/1.1 400\r\n\r\n")],
        [("client", b"\0\0\0\x10garbage garbage"), ("server", b"\xff" * 50)],
    ],
)
def test_unknown_bytes_end_the_listening_quietly(seen: list[Bytes]) -> None:
    assert replay(seen) == []
