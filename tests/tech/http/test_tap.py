import asyncio
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dovetail.errors import UnreadError
from dovetail.model.address import Address
from dovetail.model.check import FaultOrder
from dovetail.model.exchange import Exchange
from dovetail.plugin.driver import Act, Target
from dovetail.plugin.tap import Line
from dovetail.tech.http.driver import driver
from dovetail.tech.http.tap import HttpListener, tap

if TYPE_CHECKING:
    from tests.conftest import Encryption
    from tests.tech.http.conftest import Stand

TRACE = "0af7651916cd43dd8448eb211c80319c"
GET = b"GET /a?b=1 HTTP/1.1\r\nhost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
MEGABYTE = 1 << 20


class Ears:
    """A listener on a line whose clock ticks once a second."""

    def __init__(self) -> None:
        self.seen: list[Exchange] = []
        self.lost: list[int] = []
        self.now = 0.0
        line = Line("orders -> payments", 3, Address("127.0.0.1", 1), self.seen.append, self._clock, self.lost.append)
        listener = tap().listen(line)
        assert isinstance(listener, HttpListener)
        self.listener = listener

    def _clock(self) -> float:
        self.now += 1
        return self.now

    @property
    def told(self) -> list[tuple[str, str, str]]:
        return [(e.request, e.answer, e.ended) for e in self.seen]


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_question_and_its_answer_are_one_exchange(ears: Ears, size: int) -> None:
    asked = (
        b"POST /orders HTTP/1.1\r\ncontent-length: 3\r\nTraceParent: 00-%s-00f067aa0ba902b7-01\r\n\r\n{ }"
        % TRACE.encode()
    )
    for start in range(0, len(asked), size):
        ears.listener.client_sent(asked[start : start + size])
    for start in range(0, len(OK), size):
        ears.listener.server_sent(OK[start : start + size])
    assert ears.seen == [
        Exchange(
            "orders -> payments", "http", "POST /orders", "200 OK", "answered", 1.0, 1000.0, 3,
            len(asked), len(OK), TRACE,
        )
    ]  # fmt: skip
    assert ears.listener.is_between


def test_pipelined_requests_are_answered_in_order(ears: Ears) -> None:
    ears.listener.client_sent(b"HEAD /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n")
    assert not ears.listener.is_between
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"
    ears.listener.server_sent(head + b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n" + OK)
    assert ears.told == [
        ("HEAD /a", "200 OK", "answered"),
        ("GET /b", "404 Not Found", "failed"),
        ("GET /c", "200 OK", "answered"),
    ]


def test_an_interim_answer_is_none(ears: Ears) -> None:
    ears.listener.client_sent(b"POST /a HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
    ears.listener.server_sent(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert not ears.seen
    ears.listener.client_sent(b"{}")
    ears.listener.server_sent(OK)
    ears.listener.client_sent(GET)
    ears.listener.server_sent(OK[:-1])
    ears.listener.server_sent(OK[-1:])
    assert ears.told == [("POST /a", "200 OK", "answered"), ("GET /a?b=1", "200 OK", "answered")]
    assert [e.bytes_answered for e in ears.seen] == [25 + len(OK), len(OK)]


def test_after_an_upgrade_nothing_is_listened_to(ears: Ears) -> None:
    ears.listener.client_sent(GET)
    ears.listener.server_sent(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n\x81\x05hello")
    ears.listener.client_sent(GET)
    ears.listener.server_sent(OK)
    ears.listener.ended("closed")
    assert ears.told == [("GET /a?b=1", "101 Switching Protocols", "answered")]
    assert not ears.listener.is_between
    assert not ears.lost


def test_a_tunnel_that_was_granted_is_told_at_once_and_not_listened_to(ears: Ears) -> None:
    ears.listener.client_sent(b"CONNECT shop:443 HTTP/1.1\r\n\r\n")
    ears.listener.server_sent(b"HTTP/1.1 200 Connection established\r\n\r\n")
    assert ears.told == [("CONNECT shop:443", "200 Connection established", "answered")]
    ears.listener.client_sent(b"\x16\x03\x01 hello")
    ears.listener.server_sent(b"\x16\x03\x03 hello")
    ears.listener.ended("closed")
    assert len(ears.seen) == 1
    assert not ears.lost


@pytest.mark.parametrize("upgrade", [b"h2c", b"TLS/1.2, HTTP/1.1"])
def test_an_upgrade_behind_which_calls_go_on_is_lost(ears: Ears, upgrade: bytes) -> None:
    ears.listener.client_sent(GET)
    ears.listener.server_sent(
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: %b\r\n\r\n" % upgrade
    )
    assert ears.told == [("GET /a?b=1", "101 Switching Protocols", "answered")]
    assert ears.lost == [0]


def test_repeated_messages_are_told_each_time_and_changed_ones_as_they_are(ears: Ears) -> None:
    missing = b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno"
    for asked, answer in (
        (GET, OK),
        (GET, OK),
        (b"GET /b HTTP/1.1\r\n\r\n", OK),
        (GET, missing),
        (GET, OK[:-2] + b"no"),
    ):
        ears.listener.client_sent(asked)
        ears.listener.server_sent(answer)
    assert ears.told == [
        ("GET /a?b=1", "200 OK", "answered"),
        ("GET /a?b=1", "200 OK", "answered"),
        ("GET /b", "200 OK", "answered"),
        ("GET /a?b=1", "404 Not Found", "failed"),
        ("GET /a?b=1", "200 OK", "answered"),
    ]


def test_repeated_headers_are_told_with_the_line_they_come_with(ears: Ears) -> None:
    traced = b"host: x\r\ntraceparent: 00-%s-00f067aa0ba902b7-01\r\n" % TRACE.encode()
    lines = (b"GET /a", b"PUT /b?c=d", b"GET /a")
    for headers in (traced, b"host: x\r\n"):
        for line in lines:
            ears.listener.client_sent(b"%s HTTP/1.1\r\n%s\r\n" % (line, headers))
            ears.listener.server_sent(OK)
    ears.listener.client_sent(b"nonsense\r\nhost: x\r\n\r\n")
    told = [(e.request, e.trace) for e in ears.seen]
    assert told == [(line.decode(), trace) for trace in (TRACE, "") for line in lines]
    assert len(ears.lost) == 1


def test_chunks_are_counted(ears: Ears) -> None:
    answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    ears.listener.client_sent(GET)
    ears.listener.server_sent(answer)
    assert [(e.bytes_sent, e.bytes_answered) for e in ears.seen] == [(len(GET), len(answer))]


def test_an_answer_of_the_edge_is_faulted(ears: Ears) -> None:
    ears.listener.client_sent(GET)
    ears.listener.server_sent(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\ndovetail-fault: http\r\n\r\n")
    assert ears.told == [("GET /a?b=1", "503 Service Unavailable", "faulted")]


@pytest.mark.parametrize(
    ("said", "how", "ended"),
    [
        (b"", "closed", "cut"),
        (b"", "faulted", "faulted"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", "closed", "cut"),
        (b"HTTP/1.0 200 OK\r\n\r\nto the end", "closed", "answered"),
        (b"HTTP/1.0 200 OK\r\n\r\nto the e", "cut", "cut"),
        (b"garbage\r\n\r\n", "closed", "cut"),
    ],
)
def test_an_open_exchange_ends_with_its_connection(ears: Ears, said: bytes, how: str, ended: str) -> None:
    ears.listener.client_sent(GET)
    ears.listener.server_sent(said)
    ears.listener.ended(how)
    assert [e.ended for e in ears.seen] == [ended]


@pytest.mark.parametrize(
    "garbage",
    [b"\x16\x03\x01garbage", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"ping\r\n", b"GET / HTTP/1.1 \r\n\r\n", bytes(100)],
)
def test_garbage_is_lost_and_nothing_is_raised(ears: Ears, garbage: bytes) -> None:
    for data in (garbage, GET, bytes(100)):
        ears.listener.client_sent(data)
        ears.listener.server_sent(data)
    ears.listener.ended("closed")
    assert not ears.seen
    assert ears.lost == [len(garbage)]


def test_a_server_that_speaks_first_is_lost(ears: Ears) -> None:
    ears.listener.server_sent(b"220 ready\r\n")
    assert ears.lost == [11]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (b"GET /" + b"a" * 100, b"HTTP/1.1 414 URI Too Long\r\ncontent-length: 0\r\n\r\n"),
        (b"GET /a HTTP/1.1\r\nhost", b"HTTP/1.1 408 Request Timeout\r\n\r\nbye"),
        (b"GET /a HTTP/1.1\nhost: x\n\n", OK),
    ],
)
def test_an_answer_to_a_head_that_is_not_whole_is_lost(ears: Ears, asked: bytes, answer: bytes) -> None:
    ears.listener.client_sent(asked)
    ears.listener.server_sent(answer)
    ears.listener.ended("closed")
    assert not ears.seen
    assert len(ears.lost) == 1
    assert ears.lost[0] > 0


def test_an_answer_that_nobody_asked_for_hides_no_call(ears: Ears) -> None:
    ears.listener.client_sent(GET)
    ears.listener.server_sent(OK + b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n")
    ears.listener.ended("closed")
    assert ears.told == [("GET /a?b=1", "200 OK", "answered")]
    assert not ears.lost


def test_an_upload_answered_early_is_told_once_and_goes_on(ears: Ears) -> None:
    ears.listener.client_sent(b"POST /a HTTP/1.1\r\ncontent-length: 4\r\n\r\n{ ")
    ears.listener.server_sent(b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n")
    ears.listener.client_sent(b" }" + GET)
    ears.listener.server_sent(OK)
    assert [told[1] for told in ears.told] == ["413 Content Too Large", "200 OK"]
    assert not ears.lost


def test_a_request_before_the_garbage_is_told(ears: Ears) -> None:
    ears.listener.client_sent(GET)
    ears.listener.client_sent(b"\x16\x03\x01")
    ears.listener.ended("closed")
    assert ears.told == [("GET /a?b=1", "", "cut")]
    assert ears.lost == [3]


def test_an_answer_that_cannot_be_read_ends_its_request_so_that_none_is_missing(ears: Ears) -> None:
    ears.listener.client_sent(GET)
    ears.listener.server_sent(b"H\x95TP/1.1 200 OK\r\n\r\n")
    assert ears.told == [("GET /a?b=1", "", "cut")]
    assert ears.lost == [0]


def test_a_real_service_is_heard_over_a_kept_connection(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, seen):
            spoken = driver()
            session = await spoken.connect(Target("orders", proxy.door, trace=TRACE))
            for subject in ("GET /a", "POST /b", "GET /stream", "HEAD /cookie"):
                await session.perform(Act("http.request", subject, {"body": "x"} if "POST" in subject else {}), 30)
            await spoken.close()
            assert [(e.request, e.answer, e.ended, e.trace) for e in seen] == [
                ("GET /a", "200 OK", "answered", TRACE),
                ("POST /b", "201 Created", "answered", TRACE),
                ("GET /stream", "200 OK", "answered", TRACE),
                ("HEAD /cookie", "200 OK", "answered", TRACE),
            ]
            assert {e.connection for e in seen} == {1}
            assert proxy.calls() == tuple(seen)

    stand.play(scene())


def test_a_client_that_waits_for_100_gets_it(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, seen):
            reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
            writer.write(b"POST /x HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
            assert b"100 Continue" in await reader.readuntil(b"\r\n\r\n")
            writer.write(b"{}")
            assert b"201 Created" in await reader.readuntil(b"\r\n\r\n")
            writer.close()
            await stand.until(lambda: bool(seen))
            assert [(e.request, e.answer) for e in seen] == [("POST /x", "201 Created")]

    stand.play(scene())


def test_an_upgraded_connection_passes_unharmed(stand: "Stand") -> None:
    async def upgrade(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n")
        while data := await reader.read(100):
            writer.write(data[::-1])

    async def scene() -> None:
        async with stand.serve(upgrade) as address, stand.tapped(address) as (proxy, seen):
            reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
            writer.write(b"GET /ws HTTP/1.1\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"\x00\xff123")
            assert await reader.readexactly(5) == b"321\xff\x00"
            writer.close()
            assert [call.answer for call in proxy.calls()] == ["101 Switching Protocols"]
            assert proxy.calls() == tuple(seen)

    stand.play(scene())


def test_the_calls_of_a_client_that_speaks_tls_are_not_counted(
    stand: "Stand", service: Address, encryption: "Encryption"
) -> None:
    async def scene() -> None:
        async with encryption.before(service) as door, stand.tapped(door) as (proxy, seen):
            reader, writer = await asyncio.open_connection(
                proxy.door.host, proxy.door.port, ssl=encryption.client, server_hostname="localhost"
            )
            writer.write(b"GET /a HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 200 OK")
            writer.close()
            with pytest.raises(UnreadError, match="that nobody can read as http"):
                proxy.calls()
            assert not seen

    stand.play(scene())


def test_a_corrupted_answer_hides_no_call_of_a_client_that_connects_anew(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, _):
            proxy.inject(FaultOrder("orders -> payments", "corrupt", {"share": 1.0, "to": "answer"}), 60)
            for _ in range(2):
                reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
                writer.write(GET)
                assert not (await reader.read(4)).startswith(b"HTTP")
                writer.close()
            assert [(call.request, call.ended) for call in proxy.calls()] == [("GET /a?b=1", "cut")] * 2

    stand.play(scene())


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("framing", [b"content-length: 1073741824", b"transfer-encoding: chunked"])
def test_a_body_of_a_gigabyte_is_counted_with_flat_memory(stand: "Stand", framing: bytes) -> None:
    is_chunked = b"chunked" in framing
    block = b"100000\r\n" + bytes(MEGABYTE) + b"\r\n" if is_chunked else bytes(MEGABYTE)

    def answer(listening: socket.socket) -> None:
        stream, _ = listening.accept()
        with stream:
            stream.recv(65536)
            stream.sendall(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n")
            for _ in range(1024):
                stream.sendall(block)
            stream.sendall(b"0\r\n\r\n" if is_chunked else b"")
            stream.recv(1)

    def swallow(door: Address) -> int:
        with socket.create_connection((door.host, door.port)) as stream:
            stream.sendall(GET)
            buffer, total = bytearray(MEGABYTE), 0
            while total < 1024 * len(block):
                total += stream.recv_into(buffer)
            return total

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096

    async def scene() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            server = threading.Thread(target=answer, args=(listening,))
            server.start()
            target = Address("127.0.0.1", listening.getsockname()[1], "http")
            async with stand.tapped(target) as (proxy, seen):
                swallowing = asyncio.create_task(asyncio.to_thread(swallow, proxy.door))
                before = peak = resident()
                while not swallowing.done():
                    peak = max(peak, resident())
                    await asyncio.sleep(0.02)
                await swallowing
                await stand.until(lambda: bool(seen))
                assert seen[0].bytes_answered >= 1024 * MEGABYTE
                assert seen[0].ended == "answered"
                assert peak - before < 48 * MEGABYTE
            server.join()

    stand.play(scene())
