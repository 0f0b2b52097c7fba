"""What tests of several rooms need: a certificate made for them, a turn at what is everybody's, a call's memory."""

import asyncio
import fcntl
import gc
import os
import ssl
import subprocess
import tempfile
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

import pytest

from dovetail.model.address import Address

PATIENCE = 20.0


class Encryption:
    """TLS as `localhost`, for a server and for a client that trusts it; the files are for other processes."""

    def __init__(self, folder: Path) -> None:
        self.key, self.certificate = folder / "key.pem", folder / "certificate.pem"
        asked = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
        written = ["-keyout", str(self.key), "-out", str(self.certificate)]
        subprocess.run(["openssl", *asked.split(), *written], check=True, capture_output=True)
        self.server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.server.load_cert_chain(self.certificate, self.key)
        self.client = ssl.create_default_context(cafile=str(self.certificate))

    def before(
        self, target: Address, asked: bytes = b"", accepted: bytes = b""
    ) -> AbstractAsyncContextManager[Address]:
        """Take TLS off in front of a plain server; where `asked` is given, only after it, answered by `accepted`."""
        return _taking_tls_off(self.server, target, asked, accepted)


@asynccontextmanager
async def _taking_tls_off(
    context: ssl.SSLContext, target: Address, asked: bytes, accepted: bytes
) -> AsyncIterator[Address]:
    serving: set[asyncio.Task[object]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        serving.update({task} if task else ())
        if asked:
            assert await reader.readexactly(len(asked)) == asked
            writer.write(accepted)
            await writer.start_tls(context)
        plain_reader, plain_writer = await asyncio.open_connection(target.host, target.port)
        async with asyncio.TaskGroup() as group:
            group.create_task(pump(reader, plain_writer))
            group.create_task(pump(plain_reader, writer))

    door = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=None if asked else context)
    async with door:
        yield Address("127.0.0.1", door.sockets[0].getsockname()[1], target.scheme)
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*serving)


@pytest.fixture(scope="session")
def encryption(tmp_path_factory: pytest.TempPathFactory) -> Encryption:
    return Encryption(tmp_path_factory.mktemp("encryption"))


@pytest.fixture
def broom() -> Iterator[None]:
    """The turn of one test to clear away what stages of this user left, for it ends those of every test."""
    with (Path(tempfile.gettempdir()) / f"dovetail-tests-{os.getuid()}.broom").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def peak_of() -> Callable[[Callable[[], object]], int]:
    """Tells how many bytes a call held at most."""

    def measure(call: Callable[[], object]) -> int:
        gc.collect()
        tracemalloc.start()
        try:
            call()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    return measure
