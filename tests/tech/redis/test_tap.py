"""Claims about the Redis tap: real clients' bytes, recorded and cut anywhere."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import pytest
import redis as sync_library
import redis.asyncio as client_library
from msgspec.structs import replace

from dovetail.edge.proxy import EdgeProxy, Fittings, open_edge
from dovetail.errors import UnreadError
from dovetail.model.address import Address
from dovetail.model.system import Edge, Service
from dovetail.tech.redis.tap import tap

if TYPE_CHECKING:
    from tests.conftest import Encryption
    from tests.tech.conftest import Starter, Tape

PATIENCE = 30.0
Bytes = tuple[str, bytes]


@pytest.fixture
def tape(tape_of: "Callable[..., Tape]") -> "Tape":
    return tape_of(tap())


def record(tape: "Tape", server: Address, protocol: int) -> list[Bytes]:
    async def speak(port: int) -> None:
        client = client_library.Redis(
            host="127.0.0.1", port=port, protocol=protocol, single_connection_client=True, driver_info=None
        )
        await client.set("price", "5", ex=60)
        await client.get("price")
        await client.get("nothing")
        await client.set("big", "x" * 300_000)
        await client.get("big")
        await client.hset("h", mapping={"a": 1, "b": 2})
        await client.hgetall("h")
        with contextlib.suppress(client_library.ResponseError):
            await client.incr("h")
        async with client.pipeline(transaction=True) as batch:
            for number in range(5):
                batch.rpush("list", f"item {number}")
            await batch.execute()
        await client.lrange("list", 0, -1)
        await client.aclose()

    return tape.record(server, speak)


@pytest.mark.parametrize("protocol", [2, 3])
def test_commands_are_told_with_their_replies(tape: "Tape", database: Address, protocol: int) -> None:
    greetings = ("HELLO", "CLIENT", "SELECT")
    exchanges = [e for e in tape.replay(record(tape, database, protocol)) if not e.request.startswith(greetings)]
    told = [(e.request, e.answer, e.ended) for e in exchanges]
    assert told[:3] == [
        ("SET price 5 EX 60", "OK", "answered"),
        ("GET price", "5", "answered"),
        ("GET nothing", "nil", "answered"),
    ]
    assert told[3] == ("SET big " + "x" * 80, "OK", "answered")
    assert exchanges[3].bytes_sent > 300_000
    assert told[4] == ("GET big", "x" * 80, "answered")
    assert exchanges[4].bytes_answered > 300_000
    assert told[6][1] == ("4 items: a, 1, b, 2" if protocol == 2 else "2 fields: a, 1, b, 2")
    assert told[7][0] == "INCRBY h 1"
    assert told[7][1].startswith("WRONGTYPE")
    assert told[7][2] == "failed"
    assert [each[1] for each in told[8:15]] == ["OK", *["QUEUED"] * 5, "5 items: 1, 2, 3, 4, 5"]
    assert told[15] == ("LRANGE list 0 -1", "5 items: item 0, item 1, item 2, item 3, item 4", "answered")


@pytest.mark.parametrize("longest", [1, 5, 100, 50_000])
@pytest.mark.parametrize("protocol", [2, 3])
def test_any_cut_of_the_bytes_tells_the_same(tape: "Tape", database: Address, protocol: int, longest: int) -> None:
    seen = record(tape, database, protocol)
    whole = tape.replay(seen)
    assert len(whole) > 15
    assert tape.replay(tape.shred(seen, longest)) == whole


def record_pipelines(tape: "Tape", server: Address, protocol: int) -> list[Bytes]:
    async def speak(port: int) -> None:
        client = client_library.Redis(
            host="127.0.0.1", port=port, protocol=protocol, single_connection_client=True, driver_info=None
        )
        for is_transaction in (False, True):
            async with client.pipeline(transaction=is_transaction) as batch:
                batch.set("note", "two\r\nlines  and\ta tab")
                batch.get("note")
                batch.set("naïve", "é" * 100)
                batch.get("naïve")
                batch.hset("h", mapping={"a": 1, "b": "two words", "c": "x" * 90, "d": ""})
                batch.hgetall("h")
                batch.mset({"p": 1, "q": 2})
                batch.mget("p", "nothing", "q")
                batch.incr("h")
                batch.zadd("z", {"m": 1.5, "n": 2})
                batch.zrange("z", 0, -1, withscores=True)
                batch.set("big", "y" * 5000)
                batch.get("big")
                batch.echo("after")
                await batch.execute(raise_on_error=False)
        await client.aclose()

    return tape.record(server, speak)


@pytest.mark.parametrize("protocol", [2, 3])
def test_each_command_of_a_pipeline_is_told_with_its_own_reply(tape: "Tape", database: Address, protocol: int) -> None:
    seen = record_pipelines(tape, database, protocol)
    exchanges = tape.replay(seen)
    told = [(e.request, e.answer, e.ended) for e in exchanges if e.request.split()[0] not in {"HELLO", "CLIENT"}]
    fields = "a, 1, b, two words, c, " + "x" * 80
    assert told[:6] == [
        ("SET note two lines and a tab", "OK", "answered"),
        ("GET note", "two lines and a tab", "answered"),
        ("SET naïve " + "é" * 40, "OK", "answered"),
        ("GET naïve", "é" * 40, "answered"),
        ("HSET h a 1 b two words …+4", "4", "answered"),
        ("HGETALL h", f"8 items: {fields}" if protocol == 2 else f"4 fields: {fields}", "answered"),
    ]
    assert told[7] == ("MGET p nothing q", "3 items: 1, 2" if protocol == 2 else "3 items: 1, , 2", "answered")
    assert (told[8][0], told[8][2]) == ("INCRBY h 1", "failed")
    assert told[10][1] == ("4 items: m, 1.5, n, 2" if protocol == 2 else "2 items: m, 1.5, n, 2")
    assert [told[12][1], told[13]] == ["y" * 80, ("ECHO after", "after", "answered")]
    assert [each[1] for each in told[14:29]] == ["OK", *["QUEUED"] * 14]
    assert told[29][:1] == ("EXEC",)
    assert [sum(e.bytes_sent for e in exchanges), sum(e.bytes_answered for e in exchanges)] == [
        sum(len(data) for way, data in seen if way == side) for side in ("client", "server")
    ]


@pytest.mark.parametrize("longest", [1, 5, 100, 1000])
@pytest.mark.parametrize("protocol", [2, 3])
def test_any_cut_of_a_pipeline_tells_the_same(tape: "Tape", database: Address, protocol: int, longest: int) -> None:
    seen = record_pipelines(tape, database, protocol)
    assert tape.replay(tape.shred(seen, longest)) == tape.replay(seen)


@pytest.mark.parametrize("protocol", [2, 3])
def test_messages_of_a_subscription_are_told(tape: "Tape", database: Address, protocol: int) -> None:
    async def speak(port: int) -> None:
        client = client_library.Redis(host="127.0.0.1", port=port, protocol=protocol)
        sender = client_library.Redis(host=database.host, port=database.port)
        async with client.pubsub() as channels:
            await channels.subscribe("prices", "news")
            await channels.psubscribe("orders.*")
            for _ in range(3):
                await channels.get_message(timeout=10)
            await sender.publish("orders.5", "created")
            while (await channels.get_message(ignore_subscribe_messages=True, timeout=10)) is None:
                pass
        await sender.aclose()
        await client.aclose()

    seen = tape.record(database, speak)
    exchanges = tape.replay(seen)
    told = [(e.request, e.answer) for e in exchanges if not e.request.startswith(("CLIENT", "HELLO"))]
    assert told[:3] == [
        ("SUBSCRIBE prices news", "confirmed"),
        ("PSUBSCRIBE orders.*", "confirmed"),
        ("pmessage orders.* orders.5", "created"),
    ]
    assert tape.replay(tape.shred(seen, 4)) == exchanges


def test_a_command_of_no_words_gets_no_reply_and_shifts_none(tape: "Tape", database: Address) -> None:
    async def speak(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"*0\r\n*2\r\n$4\r\nECHO\r\n$1\r\na\r\n")
        assert await reader.readexactly(7) == b"$1\r\na\r\n"
        writer.close()
        await writer.wait_closed()

    assert [(e.request, e.answer) for e in tape.replay(tape.record(database, speak))] == [("ECHO a", "a")]


def test_what_is_open_ends_as_the_connection_did(tape: "Tape") -> None:
    (exchange,) = tape.replay([("client", b"*3\r\n$5\r\nBLPOP\r\n$1\r\nq\r\n$1\r\n0\r\n")], "faulted")
    assert (exchange.request, exchange.ended) == ("BLPOP q 0", "faulted")


def test_a_password_is_not_told(tape: "Tape") -> None:
    seen = [("client", b"*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\nPING\r\n"), ("server", b"+OK\r\n+PONG\r\n")]
    assert [(e.request, e.answer) for e in tape.replay(seen)] == [("AUTH …", "OK"), ("PING", "PONG")]


@pytest.mark.parametrize(
    "seen",
    [
        [("client", b"*1\r\n$7\r\nMONITOR\r\n"), ("server", b'+OK\r\n+1.0 [0 x] "GET"\r\n')],
        [("client", b"*3\r\n$6\r\nCLIENT\r\n$5\r\nREPLY\r\n$3\r\nOFF\r\n"), ("client", b"PING\r\n")],
        [("client", b"\x16\x03\x01\x02\x00\x01")],
        [("client", b"\x16\x03\x01\r\n")],
        [("server", b"HTTP/1.1 400 Bad Request\r\n\r\n")],
        [("server", b"\x15\x03\x01")],
        [("client", b"*x\r\n")],
    ],
)
def test_unknown_bytes_are_lost_quietly(tape: "Tape", seen: list[Bytes]) -> None:
    assert tape.replay(seen) == []
    assert tape.lost == [len(seen[0][1])]


def test_an_answer_that_cannot_be_read_ends_its_command_so_that_none_is_missing(tape: "Tape") -> None:
    (exchange,) = tape.replay([("client", b"PING\r\n"), ("server", b"\x95PONG"), ("client", b"GET k\r\n")])
    assert (exchange.request, exchange.ended) == ("PING", "cut")
    assert tape.lost == [0]


def test_a_refused_replica_is_listened_to_further(tape: "Tape") -> None:
    asked, refused = ("client", b"PSYNC ? -1\r\n"), ("server", b"-ERR unknown command\r\n")
    seen = [asked, refused, ("client", b"PING\r\n"), ("server", b"+PONG\r\n")]
    assert [(e.request, e.ended) for e in tape.replay(seen)] == [("PSYNC ? -1", "failed"), ("PING", "answered")]
    assert not tape.lost


@contextlib.asynccontextmanager
async def tapped(target: Address) -> AsyncIterator[EdgeProxy]:
    proxy = await open_edge(Edge("orders", "cache", "redis"), target, lambda _: None, Fittings(tap=tap()))
    try:
        yield proxy
    finally:
        await proxy.close()


def test_the_calls_of_a_client_that_speaks_tls_are_not_counted(database: Address, encryption: "Encryption") -> None:
    async def act() -> None:
        async with encryption.before(database) as door, tapped(door) as proxy:
            client = client_library.Redis(
                host="localhost", port=proxy.door.port, ssl=True, ssl_ca_certs=str(encryption.certificate)
            )
            assert await client.set("price", "5")
            await client.aclose()
            with pytest.raises(UnreadError, match="that nobody can read as redis"):
                proxy.calls()

    asyncio.run(act())


def test_a_real_replica_is_told_up_to_where_it_begins(tape: "Tape", starter: "Starter", database: Address) -> None:
    def follow(port: int) -> None:
        primary = sync_library.Redis(database.host, database.port)
        primary.config_set("repl-diskless-sync-delay", 0)
        primary.set("price", "5")
        with starter.prepared(Service("copy", "redis")) as launch:
            command = (*launch.command, "--replicaof", "127.0.0.1", str(port))
            with starter.started(replace(launch, command=command)):
                replica = sync_library.Redis(launch.address.host, launch.address.port)
                primary.set("stock", "7")
                deadline = time.monotonic() + PATIENCE
                while replica.get("stock") != b"7":
                    assert time.monotonic() < deadline, "the replica never followed"
                    time.sleep(0.01)
                replica.close()
        primary.close()

    async def follow_for_a_while(port: int) -> None:
        await asyncio.to_thread(follow, port)

    told = tape.replay(tape.record(database, follow_for_a_while))
    assert [e.ended for e in told if e.request == "PSYNC ? -1"] == ["answered"]
    assert told[-1].request == "PSYNC ? -1"
    assert not tape.lost


def test_a_monitor_on_the_edge_leaves_no_number(database: Address) -> None:
    async def act() -> None:
        async with tapped(database) as proxy:
            client = client_library.Redis(host=proxy.door.host, port=proxy.door.port)
            await client.get("price")
            assert [call.request for call in proxy.calls() if call.request.startswith("GET")] == ["GET price"]
            async with client.monitor() as monitor, asyncio.timeout(PATIENCE):
                await client.get("stock")
                while (await monitor.next_command())["command"] != "GET stock":
                    pass
            await client.aclose()
            with pytest.raises(UnreadError, match="a connection carried"):
                proxy.calls()

    asyncio.run(act())
