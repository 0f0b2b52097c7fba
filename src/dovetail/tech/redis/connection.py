"""One connection to a Redis or Valkey server: login, database number, TLS, pipelined commands. Used by every part.

A client of our own, because it is small and the usual library takes 300 ms to import.
"""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import parse_qs

from dovetail.model.address import Address
from dovetail.tech.redis.resp import Refused, Reply, ReplyReader, write_command

CHUNK = 1 << 18

Command = Sequence[str | bytes | int | float]


class RefusedError(Exception):
    """The server said no while the connection was being made."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.message)
        self.refused = refused


class Connection:
    """Made by `connect`; carries one batch of commands at a time and is closed by whatever interrupts one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._replies = ReplyReader()
        self._waiting: list[Reply] = []
        self.is_open = True

    @property
    def is_usable(self) -> bool:
        """False also where the server hung up while nobody was looking."""
        return self.is_open and not self._reader.at_eof() and not self._writer.is_closing()

    async def call(self, *words: str | bytes | float) -> Reply:
        return (await self.pipeline((words,)))[0]

    async def pipeline(self, commands: Sequence[Command]) -> list[Reply]:
        """Send all commands at once and return their replies; a refusal is a reply too."""
        try:
            self._writer.write(b"".join(write_command([_to_bytes(word) for word in words]) for words in commands))
            return [await self.next() for _ in commands]
        except BaseException:
            self.abort()
            raise

    async def next(self) -> Reply:
        """Wait for the next reply, or the next message where the connection is subscribed."""
        while not self._waiting:
            data = await self._reader.read(CHUNK)
            if not data:
                self.abort()
                raise ConnectionResetError("the server closed the connection")
            self._waiting = self._replies.feed(data)
        return self._waiting.pop(0)

    def abort(self) -> None:
        self.is_open = False
        self._writer.transport.abort()

    async def close(self) -> None:
        self.is_open = False
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


async def connect(address: Address) -> Connection:
    """Connect, log in and choose the database; raises OSError, RefusedError or GarbledError."""
    trust = _trust(address) if address.scheme == "rediss" else None
    reader, writer = await asyncio.open_connection(address.host, address.port, ssl=trust, limit=CHUNK)
    connection = Connection(reader, writer)
    commands: list[Command] = []
    if address.password:
        commands.append(("AUTH", *((address.user,) if address.user else ()), address.password))
    if database_of(address):
        commands.append(("SELECT", database_of(address)))
    try:
        for reply in await connection.pipeline(commands):
            must(reply)
    except BaseException:
        connection.abort()
        raise
    return connection


def database_of(address: Address) -> int:
    number = address.path.strip("/")
    return int(number) if number.isdigit() else 0


def must(reply: Reply) -> Reply:
    """Return the reply, or raise RefusedError where it is a refusal."""
    if isinstance(reply, Refused):
        raise RefusedError(reply)
    return reply


def _to_bytes(word: str | bytes | float) -> bytes:
    return word if isinstance(word, bytes) else str(word).encode()


def _trust(address: Address) -> ssl.SSLContext:
    options = {key: values[-1] for key, values in parse_qs(address.query).items()}
    context = ssl.create_default_context(cafile=options.get("ssl_ca_certs"))
    if options.get("ssl_cert_reqs") == "none":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
