import asyncio
import socket
import ssl
import struct
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dovetail.model.address import Address
from dovetail.tech.http.client import Client, Conversation, NoReplyError, Origin

if TYPE_CHECKING:
    from tests.tech.http.conftest import Stand

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


def write_certificate(folder: Path) -> tuple[Path, Path]:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    asked = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    written = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", *asked.split(), *written], check=True, capture_output=True)
    return key, certificate


def note(ports: list[int]) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """Return a server that writes down from which port each request came."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            ports.append(writer.get_extra_info("peername")[1])
            writer.write(OK)

    return answer


def test_https_is_spoken_and_the_server_is_checked(stand: "Stand", tmp_path: Path) -> None:
    key, certificate = write_certificate(tmp_path)
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(certificate, key)

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await writer.drain()
        writer.close()

    async def scene() -> None:
        server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=server_side)
        origin = Origin("https", "localhost", server.sockets[0].getsockname()[1])
        trusting = Client(lambda: ssl.create_default_context(cafile=str(certificate)))
        assert (await trusting.ask(origin, "GET", b"GET / HTTP/1.1\r\n\r\n")).body == b"ok"
        trusting.close()
        with pytest.raises(NoReplyError, match="no TLS"):
            await Client().ask(origin, "GET", b"GET / HTTP/1.1\r\n\r\n")
        server.close()

    stand.play(scene())


def test_connections_are_used_again(stand: "Stand") -> None:
    ports: list[int] = []

    async def scene() -> None:
        async with stand.serve(note(ports)) as address:
            client, origin = Client(), origin_at(address)
            for _ in range(3):
                await client.ask(origin, "GET", b"GET / HTTP/1.1\r\n\r\n")
            together = [client.ask(origin, "GET", b"GET / HTTP/1.1\r\n\r\n") for _ in range(3)]
            await asyncio.gather(*together)
            client.close()

    stand.play(scene())
    assert len(set(ports[:3])) == 1
    assert len(set(ports[3:])) == 3


def test_a_request_given_up_does_not_leave_its_answer_to_the_next(stand: "Stand") -> None:
    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"/slow" in head:
            await reader.read()
        writer.write(OK)

    async def scene() -> None:
        async with stand.serve(late) as address:
            client, origin = Client(), origin_at(address)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.ask(origin, "GET", b"GET /slow HTTP/1.1\r\n\r\n"), 0.05)
            assert (await client.ask(origin, "GET", b"GET / HTTP/1.1\r\n\r\n")).body == b"ok"
            client.close()

    stand.play(scene())


def test_a_body_too_large_to_hold_is_refused(stand: "Stand") -> None:
    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n")
        for _ in range(99):
            writer.write(bytes(1_000_000))
            await writer.drain()

    async def scene() -> None:
        async with stand.serve(pour) as address:
            with pytest.raises(NoReplyError, match="larger than 64 MB"):
                await Client().ask(origin_at(address), "GET", b"GET / HTTP/1.1\r\n\r\n")

    stand.play(scene())


@pytest.mark.parametrize(
    ("said", "kind", "message"),
    [
        (b"", "reset", "before any answer came"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", "reset", "after 4 of 9 bytes of the body"),
        (b"HTTP/1.1 200 OK\r\n\r\nto the e", "reset", "after 8 bytes of the body"),
    ],
)
def test_a_reset_is_told_with_how_far_the_answer_came(stand: "Stand", said: bytes, kind: str, message: str) -> None:
    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await has_read.wait()
        writer.transport.abort()

    has_read = asyncio.Event()

    async def scene() -> None:
        async with stand.serve(break_off) as address:
            loop = asyncio.get_running_loop()
            _, conversation = await loop.create_connection(lambda: Watched(has_read), address.host, address.port)
            if not said:
                has_read.set()
            with pytest.raises(NoReplyError, match=message) as raised:
                await conversation.ask("GET", b"GET / HTTP/1.1\r\n\r\n")
            assert raised.value.kind == kind

    stand.play(scene())


class Watched(Conversation):
    """Tells that something of the answer has arrived."""

    def __init__(self, has_read: asyncio.Event) -> None:
        super().__init__(asyncio.get_running_loop())
        self._has_read = has_read

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._has_read.set()


def test_an_answer_within_an_answer_is_its_body(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve(hear_only) as address:
            loop = asyncio.get_running_loop()
            _, conversation = await loop.create_connection(lambda: Conversation(loop), address.host, address.port)
            reply = conversation.ask("GET", b"GET / HTTP/1.1\r\n\r\n")
            conversation.data_received(b"HTTP/1.1 201 Created\r\ncontent-length: %d\r\n\r\n" % len(OK))
            conversation.data_received(OK)
            assert ((await reply).status, (await reply).body) == (201, OK)
            conversation.close()

    stand.play(scene())


async def hear_only(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\n\r\n", OK[:-4] + b"connection: close\r\n\r\nok"],
)
def test_a_connection_that_is_no_longer_http_or_shall_close_is_not_kept(stand: "Stand", answer: bytes) -> None:
    async def scene() -> None:
        async with stand.serve(hear_only) as address:
            loop = asyncio.get_running_loop()
            _, conversation = await loop.create_connection(lambda: Conversation(loop), address.host, address.port)
            reply = conversation.ask("GET", b"GET / HTTP/1.1\r\n\r\n")
            conversation.data_received(answer)
            assert (await reply).status == int(answer[9:12])
            assert not conversation.is_open

    stand.play(scene())


def test_a_deadline_that_passes_after_the_answer_leaves_the_connection_alone(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve(hear_only) as address:
            loop = asyncio.get_running_loop()
            _, conversation = await loop.create_connection(lambda: Conversation(loop), address.host, address.port)
            until = loop.time() + 0.02
            reply = conversation.ask("GET", b"GET / HTTP/1.1\r\n\r\n", until)
            conversation.data_received(OK)
            assert (await reply).body == b"ok"
            await stand.until(lambda: loop.time() > until + 0.01)
            assert conversation.is_open
            conversation.close()

    stand.play(scene())


@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_each_answer_over_one_connection_has_a_deadline_of_its_own(stand: "Stand", seconds: float) -> None:
    async def scene() -> None:
        async with stand.serve(hear_only) as address:
            loop = asyncio.get_running_loop()
            _, conversation = await loop.create_connection(lambda: Conversation(loop), address.host, address.port)
            first = loop.time() + 0.02
            for until in (loop.time() + 60, first, loop.time() + 60):
                reply = conversation.ask("GET", b"GET / HTTP/1.1\r\n\r\n", until)
                if until > first:
                    await stand.until(lambda: loop.time() > first + 0.01)
                conversation.data_received(OK)
                assert (await reply).body == b"ok"
            began = loop.time()
            with pytest.raises(TimeoutError):
                await conversation.ask("GET", b"GET / HTTP/1.1\r\n\r\n", began + seconds)
            assert loop.time() >= began + seconds

    stand.play(scene())


def test_a_connection_that_idled_too_long_is_not_trusted(stand: "Stand", monkeypatch: pytest.MonkeyPatch) -> None:
    ports: list[int] = []

    async def scene() -> None:
        async with stand.serve(note(ports)) as address:
            client, origin = Client(), origin_at(address)
            monkeypatch.setattr("dovetail.tech.http.client.FRESH", -1.0)
            for _ in range(2):
                await client.ask(origin, "GET", b"GET / HTTP/1.1\r\n\r\n")
            client.close()

    stand.play(scene())
    assert len(set(ports)) == 2


@pytest.mark.parametrize(
    ("host", "why"), [("127.0.0.1", "connection refused"), ("nobody.invalid", "not known|name resolution")]
)
def test_why_there_is_no_connection_is_told(stand: "Stand", host: str, why: str) -> None:
    async def scene() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            origin = Origin("http", host, taken.getsockname()[1])
            with pytest.raises(NoReplyError, match=f"no connection to {host}:.*: .*({why})") as raised:
                await Client().ask(origin, "GET", b"GET / HTTP/1.1\r\n\r\n")
            assert raised.value.kind == "refused"

    stand.play(scene())


def origin_at(address: Address) -> Origin:
    return Origin("http", address.host, address.port)
