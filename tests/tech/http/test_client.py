import asyncio
import ssl
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dovetail.model.address import Address
from dovetail.tech.http.client import Client, NoReplyError, Origin

if TYPE_CHECKING:
    from tests.tech.http.conftest import Stand

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


def write_certificate(folder: Path) -> tuple[Path, Path]:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    asked = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    written = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", *asked.split(), *written], check=True, capture_output=True)
    return key, certificate


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

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            ports.append(writer.get_extra_info("peername")[1])
            writer.write(OK)

    async def scene() -> None:
        async with stand.serve(count) as address:
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


def origin_at(address: Address) -> Origin:
    return Origin("http", address.host, address.port)
