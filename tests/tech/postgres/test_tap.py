"""Claims about the PostgreSQL tap: real clients' bytes, recorded and cut anywhere."""

import asyncio
import contextlib
import ssl
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

import asyncpg
import pytest
from msgspec.structs import replace

from dovetail.edge.proxy import EdgeProxy, Fittings, open_edge
from dovetail.errors import UnreadError
from dovetail.model.address import Address
from dovetail.model.system import Edge
from dovetail.tech.postgres.connection import connect
from dovetail.tech.postgres.message import (
    SSL_REQUEST,
    SYNC,
    build_execution,
    build_message,
    build_parse,
    build_query,
    build_request,
    build_startup,
    build_statement,
)
from dovetail.tech.postgres.tap import tap

if TYPE_CHECKING:
    from tests.conftest import Encryption
    from tests.tech.conftest import Tape

Bytes = tuple[str, bytes]


@pytest.fixture
def tape(tape_of: "Callable[..., Tape]") -> "Tape":
    return tape_of(tap())


def record(
    tape: "Tape", server: Address, scene: Callable[["asyncpg.Connection[asyncpg.Record]"], Awaitable[None]]
) -> list[Bytes]:
    async def speak(port: int) -> None:
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

    return tape.record(server, speak)


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


def test_statements_are_told_with_their_ends(tape: "Tape", database: Address) -> None:
    exchanges = tape.replay(record(tape, database, busy_scene))
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
def test_any_cut_of_the_bytes_tells_the_same(tape: "Tape", database: Address, longest: int) -> None:
    seen = record(tape, database, busy_scene)
    whole = tape.replay(seen)
    assert len(whole) > 35
    assert tape.replay(tape.shred(seen, longest)) == whole


async def driver_scene(client: "asyncpg.Connection[asyncpg.Record]") -> None:
    await client.execute("create temp table t (id int primary key, note text)")
    adding = await client.prepare("insert into t values ($1, $2)")
    for number in range(3):
        await adding.fetch(number, "é" * number)
    await adding.executemany([(10, "a"), (11, "b")])
    with contextlib.suppress(asyncpg.UniqueViolationError):
        await adding.executemany([(20, "a"), (0, "again"), (21, "never run")])
    with contextlib.suppress(asyncpg.UniqueViolationError):
        await adding.fetch(1, "again")
    reading = await client.prepare("select *  from t\nwhere id >= $1")
    await reading.fetch(10)
    await reading.fetchrow(10)
    await reading.fetch(99)
    async with client.transaction():
        assert len([row async for row in client.cursor("select * from t", prefetch=2)]) == 5


def test_statements_that_a_driver_prepares_are_told_each_time_they_run(tape: "Tape", database: Address) -> None:
    exchanges = tape.replay(record(tape, database, driver_scene))
    adding, reading = "insert into t values ($1, $2)", "select * from t where id >= $1"
    told = [(e.request, e.answer.partition(":")[0], e.ended) for e in exchanges]
    assert told[1:10] == [
        *[(adding, "INSERT 0 1", "answered")] * 6,
        (adding, "ERROR 23505", "failed"),
        (adding, "ERROR 23505", "failed"),
        (reading, "SELECT 2", "answered"),
    ]
    assert [(e.request, e.answer) for e in exchanges[10:12]] == [(reading, "suspended"), (reading, "SELECT 0")]
    assert [e.answer for e in exchanges[12:]] == ["BEGIN", "suspended", "suspended", "SELECT 1", "COMMIT"]
    assert [e.detail.get("rows") for e in exchanges[9:12]] == ["2", "1", None]


@pytest.mark.parametrize("longest", [1, 7, 100])
def test_any_cut_of_what_a_driver_sends_tells_the_same(tape: "Tape", database: Address, longest: int) -> None:
    seen = record(tape, database, driver_scene)
    assert tape.replay(tape.shred(seen, longest)) == tape.replay(seen)


def test_a_batch_in_one_piece_is_told_up_to_what_fails_in_it(tape: "Tape", database: Address) -> None:
    async def speak(port: int) -> None:
        client = await connect(replace(database, host="127.0.0.1", port=port))
        named = build_message(b"P", b"S_1\0select 1\0\0\0") + SYNC
        again = build_message(b"B", b"\0S_1\0" + bytes(6)) + build_execution(())[-17:]
        for batch in (
            build_parse("select $1::int") + build_execution((b"5",)) + SYNC,
            named,
            again + SYNC,
            again * 2 + SYNC,
            again + build_statement("select 1/0") + build_statement("select 2") + SYNC,
            build_parse("nonsense") + build_execution(()) + SYNC,
            build_parse("select $1::int") + build_execution((b"no number",)) + SYNC,
            again + SYNC,
        ):
            await client.send(batch)
        await client.close()

    seen = tape.record(database, speak)
    exchanges = tape.replay(seen)
    assert [(e.request, e.answer[:11]) for e in exchanges] == [
        ("select $1::int", "SELECT 1"),
        *[("select 1", "SELECT 1")] * 4,
        ("select 1/0", "ERROR 22012"),
        ("nonsense", "ERROR 42601"),
        ("select $1::int", "ERROR 22P02"),
        ("select 1", "SELECT 1"),
    ]
    assert tape.replay(tape.shred(seen, 3)) == exchanges


def test_a_refused_login_is_a_failed_exchange(tape: "Tape", server: Address) -> None:
    async def speak(port: int) -> None:
        with contextlib.suppress(asyncpg.InvalidPasswordError):
            await asyncpg.connect(host="127.0.0.1", port=port, user="postgres", password=str(port), database="x")

    (exchange,) = tape.replay(tape.record(server, speak))
    assert (exchange.request, exchange.ended) == ("connect to x as postgres", "failed")
    assert "password authentication failed" in exchange.answer


@pytest.mark.parametrize(
    ("how", "ended"), [("closed", "cut"), ("cut", "cut"), ("refused", "refused"), ("faulted", "faulted")]
)
def test_what_is_open_ends_as_the_connection_did(tape: "Tape", how: str, ended: str) -> None:
    hello = build_startup([("user", "me"), ("database", "shop")])
    (login,) = tape.replay([("client", hello)], how)
    assert (login.request, login.ended) == ("connect to shop as me", ended)
    ready = build_message(b"R", struct.pack("!I", 0)) + build_message(b"Z", b"I")
    (query,) = tape.replay([("client", hello), ("server", ready), ("client", build_query("select\n 1"))], how)
    assert (query.request, query.ended) == ("select 1", ended)


def test_encryption_that_is_declined_is_listened_past(tape: "Tape") -> None:
    hello = build_startup([("user", "me")])
    seen = [("client", build_request(SSL_REQUEST)), ("server", b"N"), ("client", hello)]
    assert [e.request for e in tape.replay(tape.shred(seen, 3))] == ["connect to me as me"]


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
def test_unknown_bytes_are_lost_quietly(tape: "Tape", seen: list[Bytes]) -> None:
    assert tape.replay(seen) == []
    assert tape.lost == [len(data) for way, data in seen if data != build_request(SSL_REQUEST)][:1]


def test_an_answer_that_cannot_be_read_ends_its_statement_so_that_none_is_missing(tape: "Tape") -> None:
    ready = build_message(b"R", struct.pack("!I", 0)) + build_message(b"Z", b"I")
    seen = [("client", build_startup([("user", "me")])), ("server", ready), ("client", build_query("select 1"))]
    told = tape.replay([*seen, ("server", b"\xff" * 20), ("client", build_query("select 2"))])
    assert [(e.request, e.ended) for e in told] == [("select 1", "cut")]
    assert tape.lost == [0]


def test_statements_before_and_after_replication_are_told(tape: "Tape") -> None:
    stream = build_message(b"d", b"w" + bytes(24) + b"a record")
    done = build_message(b"c", b"")
    ready = build_message(b"Z", b"I")
    seen = [
        ("client", build_startup([("user", "me"), ("replication", "database")])),
        ("server", build_message(b"R", struct.pack("!I", 0)) + ready),
        ("client", build_query("START_REPLICATION 0/0")),
        ("server", build_message(b"W", b"\0\0\0") + stream),
        ("client", build_message(b"d", b"r" + bytes(33))),
        ("server", stream + done),
        ("client", done),
        ("server", build_message(b"C", b"START_STREAMING\0") + ready),
        ("client", build_query("select 1")),
        ("server", build_message(b"C", b"SELECT 1\0") + ready),
    ]
    for longest in (5, 1000):
        told = [(e.request, e.answer) for e in tape.replay(tape.shred(seen, longest))]
        assert told == [("START_REPLICATION 0/0", "START_STREAMING"), ("select 1", "SELECT 1")]
        assert not tape.lost


@contextlib.asynccontextmanager
async def tapped(target: Address) -> AsyncIterator[EdgeProxy]:
    proxy = await open_edge(Edge("orders", "db", "postgres"), target, lambda _: None, Fittings(tap=tap()))
    try:
        yield proxy
    finally:
        await proxy.close()


async def connect_through(
    proxy: EdgeProxy, server: Address, tls: ssl.SSLContext | None = None
) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(
        host="localhost", port=proxy.door.port, user=server.user, password=server.password, database=server.path[1:],
        ssl=tls,
    )  # fmt: skip


def test_the_calls_of_a_client_that_turns_to_tls_are_not_counted(database: Address, encryption: "Encryption") -> None:
    async def act() -> None:
        async with encryption.before(database, build_request(SSL_REQUEST), b"S") as door, tapped(door) as proxy:
            client = await connect_through(proxy, database, encryption.client)
            assert await client.fetchval("select 1") == 1
            with pytest.raises(UnreadError, match="that nobody can read as postgres"):
                proxy.calls()
            began = time.time()
            assert proxy.calls(began) == ()
            await client.fetchval("select 2")
            with pytest.raises(UnreadError):
                proxy.calls(began)
            await client.close()

    asyncio.run(act())


def test_a_connection_that_only_cancels_hides_no_call(database: Address) -> None:
    async def act() -> None:
        async with tapped(database) as proxy:
            client = await connect_through(proxy, database)
            with pytest.raises(asyncio.TimeoutError):
                await client.fetchval("select pg_sleep(60)", timeout=0.05)
            assert await client.fetchval("select 1") == 1
            told = [(call.request, call.ended) for call in proxy.calls()]
            assert ("select pg_sleep(60)", "failed") in told
            assert ("select 1", "answered") in told
            await client.close()

    asyncio.run(act())
