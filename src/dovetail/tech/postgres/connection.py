"""One connection to a PostgreSQL server: login, TLS, statements in one round trip. Used by every part that speaks SQL.

Values travel as text and take the type that the server gives their place, so a saved string fits a uuid column. That,
and an import of a millisecond, is why this is no client library: those convert by the type of the Python value.
"""

import asyncio
import os
import ssl
from pathlib import Path
from urllib.parse import parse_qs

from msgspec import Struct, field

from dovetail.model.address import Address
from dovetail.tech.postgres.login import CLEAR_TEXT, MD5, SASL, Scram, answer_clear_text, answer_md5
from dovetail.tech.postgres.message import (
    CANCEL_REQUEST,
    SSL_REQUEST,
    TERMINATE,
    Refusal,
    Result,
    build_query,
    build_request,
    build_startup,
    cut_messages,
    read_columns,
    read_refusal,
    read_row,
    read_text,
    read_types,
)

CHUNK = 1 << 18
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", ""})


class RefusedError(Exception):
    """The server said no, to the login or to a statement."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class GarbledError(Exception):
    """What came back is not the PostgreSQL protocol."""


class Reply(Struct):
    """All that came up to the server's next readiness; `state`: I (idle), T (in a transaction), E (in a failed one)."""

    results: list[Result] = field(default_factory=list)
    refusal: Refusal | None = None
    state: str = ""
    types: tuple[int, ...] = ()

    def must(self) -> "Reply":
        """Return itself, or raise RefusedError."""
        if self.refusal:
            raise RefusedError(self.refusal)
        return self


class _Reader(asyncio.StreamReader):
    """Tells also while unread words of farewell lie in it that the other side has hung up."""

    has_ended = False

    def feed_eof(self) -> None:
        self.has_ended = True
        super().feed_eof()

    def set_exception(self, exc: Exception) -> None:
        self.has_ended = True
        super().set_exception(exc)


class Connection:
    """Made by `connect`; speaks one batch at a time and is closed by whatever interrupts one."""

    def __init__(self, reader: _Reader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._buffer = bytearray()
        self._key = b""
        self.state = "I"
        self.is_open = True

    @property
    def is_usable(self) -> bool:
        """False also where the server hung up while nobody was looking."""
        return self.is_open and not self._reader.has_ended and not self._writer.is_closing()

    async def run(self, sql: str) -> Reply:
        """Run text of one or more statements that carries no values."""
        return await self.send(build_query(sql))

    async def send(self, batch: bytes) -> Reply:
        """Send messages that end in a readiness (a query, or a Sync) and gather all that comes back."""
        try:
            self._writer.write(batch)
            reply = await self._gather()
        except BaseException:
            self.abort()
            raise
        self.state = reply.state
        return reply

    async def cancel(self, address: Address) -> None:
        """Ask the server, over a connection of its own, to stop what this one is running."""
        _, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(build_request(CANCEL_REQUEST, self._key))
        writer.close()

    async def close(self) -> None:
        """Say goodbye and wait until the server has hung up, so that it no longer counts as connected."""
        if self.is_open:
            self.is_open = False
            self._writer.write(TERMINATE)
            try:
                await self._reader.read()
            except OSError:
                pass
            finally:
                self._writer.close()

    def abort(self) -> None:
        self.is_open = False
        self._writer.transport.abort()

    async def log_in(self, address: Address, application: str) -> None:
        options = [
            ("user", address.user or "postgres"),
            ("database", address.path.strip("/") or address.user or "postgres"),
            ("application_name", application),
            ("client_encoding", "UTF8"),
            ("datestyle", "ISO"),
        ]
        self._writer.write(build_startup(options))
        scram = Scram(address.password, os.urandom(18))
        while True:
            kind, body = await self._next()
            if kind == b"R"[0]:
                self._answer(body, address, scram)
            elif kind == b"K"[0]:
                self._key = body
            elif kind == b"E"[0]:
                raise RefusedError(read_refusal(body))
            elif kind == b"Z"[0]:
                return
            elif kind not in b"SNv":
                raise GarbledError(f"unexpected message {chr(kind)!r} during the login")

    def _answer(self, body: bytes, address: Address, scram: Scram) -> None:
        method, rest = int.from_bytes(body[:4], "big"), body[4:]
        if method == CLEAR_TEXT:
            self._writer.write(answer_clear_text(address.password))
        elif method == MD5:
            self._writer.write(answer_md5(address.user, address.password, rest))
        elif method == SASL:
            self._writer.write(scram.first())
        elif method == SASL + 1:
            self._writer.write(scram.final(rest))
        elif method == SASL + 2:
            if not scram.is_genuine(rest):
                raise GarbledError("the server could not prove that it knows the password")
        elif method:
            raise GarbledError(f"the server asks for login method {method}, which is not spoken here")

    async def _next(self) -> tuple[int, bytes]:
        """Read one message; only for the login, where little comes at once."""
        header = await self._reader.readexactly(5)
        length = int.from_bytes(header[1:], "big") - 4
        if not 0 <= length <= CHUNK:
            raise GarbledError(f"the answer began with {header!r}")
        return header[0], await self._reader.readexactly(length)

    async def _gather(self) -> Reply:
        reply = Reply()
        result = Result()
        while not reply.state:
            data = await self._reader.read(CHUNK)
            if not data:
                if reply.refusal:
                    raise RefusedError(reply.refusal)
                raise ConnectionResetError("the server closed the connection")
            self._buffer += data
            for kind, body in cut_messages(self._buffer):
                result = _take(kind, body, reply, result)
        return reply


def _take(kind: int, body: bytes, reply: Reply, result: Result) -> Result:
    """Add one message to the reply; return the result that the next one belongs to."""
    match chr(kind):
        case "D":
            result.rows.append(read_row(body))
        case "d":
            result.data += body
        case "T":
            result.columns = read_columns(body)
        case "t":
            reply.types = read_types(body)
        case "C" | "I":
            result.tag = read_text(body)
            reply.results.append(result)
            return Result()
        case "E":
            reply.refusal = reply.refusal or read_refusal(body)
            return Result()
        case "Z":
            reply.state = body.decode()
    return result


async def connect(address: Address, application: str = "dovetail") -> Connection:
    """Connect and log in; raises OSError, EOFError, RefusedError or GarbledError, whatever the server does."""
    loop = asyncio.get_running_loop()
    reader = _Reader(CHUNK, loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport, _ = await loop.create_connection(lambda: protocol, address.host, address.port)
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    connection = Connection(reader, writer)
    try:
        await _secure(reader, writer, address)
        await connection.log_in(address, application)
    except BaseException:
        connection.abort()
        raise
    return connection


async def _secure(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: Address) -> None:
    options = {key: values[-1] for key, values in parse_qs(address.query).items()}
    mode = options.get("sslmode", "disable" if address.host in LOOPBACK else "prefer")
    if mode in {"disable", "allow"}:
        return
    writer.write(build_request(SSL_REQUEST))
    said = await reader.readexactly(1)
    if said == b"S":
        await writer.start_tls(_trust(mode, options), server_hostname=address.host)
    elif mode != "prefer":
        raise GarbledError(f"the server offers no TLS, and the address says sslmode={mode}")


def _trust(mode: str, options: dict[str, str]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=options.get("sslrootcert"))
    context.check_hostname = mode == "verify-full"
    if mode in {"prefer", "require"} and "sslrootcert" not in options:
        context.verify_mode = ssl.CERT_NONE
    if "sslcert" in options:
        context.load_cert_chain(Path(options["sslcert"]), options.get("sslkey"))
    return context
