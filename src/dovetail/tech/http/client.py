"""A lean HTTP/1.1 client on asyncio, with kept-alive connections. Used by the driver and the prober."""

import asyncio
import math
import ssl
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

from msgspec import Struct

from dovetail.tech.http.header import Headers
from dovetail.tech.http.reply import Reply, read_whole

if TYPE_CHECKING:
    from dovetail.tech.http.parser import Parser

PARSER = "dovetail.tech.http.parser"
CODING = "dovetail.tech.http.coding"

MOST_BODY = 64 << 20
FRESH = 1.0
SHOWN = 16
INTERIM_BELOW = 200
SWITCHING = 101


class Origin(Struct, frozen=True):
    """Where connections lead; one pool for each."""

    scheme: str
    host: str
    port: int


class NoReplyError(Exception):
    """No whole answer came: kind is refused, timeout, reset, closed or protocol; `reply` is what there was of one."""

    def __init__(self, kind: str, message: str, reply: Reply | None = None, *, is_untouched: bool = False) -> None:
        super().__init__(message)
        self.kind = kind
        self.reply = reply
        self.is_untouched = is_untouched


class Conversation(asyncio.Protocol):
    """One connection, which asks one request after another."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Reply] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = self._until = math.inf
        self._reply = Reply()
        self._parts: list[bytes] = []
        self._size = 0
        self._method = ""
        self._has_head = self._is_begun = False
        self._parser: Parser | None = None
        self.is_open = True
        self.idle_since = 0.0

    @property
    def is_fresh(self) -> bool:
        """Tell whether the other side will hardly have given the connection up."""
        return self.is_open and self._loop.time() - self.idle_since < FRESH

    def ask(self, method: str, data: bytes, until: float | None = None) -> "asyncio.Future[Reply]":
        """Send a whole request; the future ends with its answer or a NoReplyError, with a TimeoutError at `until`."""
        self._method = method
        self._reply = Reply()
        self._parts, self._size = [], 0
        self._has_head = self._is_begun = False
        self._waiter = self._loop.create_future()
        if self._transport is None or not self.is_open:
            self._waiter.set_exception(NoReplyError("closed", "the connection was closed", is_untouched=True))
        else:
            self._until = math.inf if until is None else until
            if self._until < self._rings_at:
                self._wind(self._until)
            self._transport.write(data)
        return self._waiter

    def close(self) -> None:
        self.is_open = False
        self._stop_timer()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        whole = None if self._is_begun else read_whole(data)
        self._is_begun = True
        if whole is not None:
            self._reply = whole
            self._finish(is_kept=True)
            return
        parser = self._open_parser()
        trouble = parser.feed(data)
        if trouble:
            self._fail("protocol", f"the answer is not HTTP: {trouble}, at {data[:SHOWN]!r}")
        elif parser.is_switched:
            self._finish(is_kept=False)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if self._waiter is None or self._waiter.done():
            return
        if self._has_head and exc is None and self._runs_until_close():
            self._finish(is_kept=False)
        elif exc is not None:
            self._fail("reset", f"the connection was reset{self._progress()}")
        else:
            self._fail("closed", f"the connection was closed{self._progress()}")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._reply.headers.add(name.decode("latin-1"), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        parser = self._open_parser()
        status = parser.status
        if status < INTERIM_BELOW and status != SWITCHING:
            self._reply.headers = Headers()
            return
        self._reply.status = status
        self._has_head = True
        if self._method == "HEAD":
            self._finish(is_kept=parser.is_kept)
            self._parser = None

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > MOST_BODY:
            self._fail("protocol", f"the body is larger than {MOST_BODY >> 20} MB")
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        if self._has_head:
            self._finish(is_kept=self._open_parser().is_kept)

    def _open_parser(self) -> "Parser":
        if self._parser is None:
            made: Parser = import_module(PARSER).Parser(self)
            self._parser = made
        return self._parser

    def _finish(self, *, is_kept: bool) -> None:
        self._has_head = False
        waiter = self._waiter
        if waiter is None or waiter.done():
            return
        reply = self._reply
        if self._parts:
            reply.body = b"".join(self._parts)
        encoding = reply.headers.find("content-encoding")
        if encoding and reply.body:
            try:
                reply.body = import_module(CODING).decode(reply.body, encoding)
            except ValueError as error:
                self._fail("protocol", f"the body cannot be decompressed: {error}")
                return
        if not is_kept:
            self.close()
        self.idle_since = self._loop.time()
        waiter.set_result(reply)

    def _wind(self, at: float) -> None:
        """Wind the timer; as hardly any answer takes so long, it is left to ring and is wound for the next one then."""
        self._stop_timer()
        self._rings_at = at
        self._timer = self._loop.call_at(at, self._ring)

    def _ring(self) -> None:
        self._rings_at = math.inf
        if self._waiter is None or self._waiter.done():
            return
        if self._until <= self._loop.time():
            self._waiter.set_exception(TimeoutError())
            self.close()
        elif self._until < math.inf:
            self._wind(self._until)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _fail(self, kind: str, message: str) -> None:
        reply = self._reply if self._has_head else None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(NoReplyError(kind, message, reply, is_untouched=not self._is_begun))
        self.close()

    def _runs_until_close(self) -> bool:
        headers = self._reply.headers
        return "content-length" not in headers and "transfer-encoding" not in headers

    def _progress(self) -> str:
        if self._has_head:
            whole = self._reply.headers.find("content-length")
            return f" after {self._size}{f' of {whole}' if whole else ''} bytes of the body"
        return " within the answer" if self._is_begun else " before any answer came"


class Client:
    """Pools of idle connections, the freshest used first; one that idled longer than FRESH is not trusted again."""

    def __init__(self, trust: Callable[[], ssl.SSLContext] = ssl.create_default_context) -> None:
        self._idle: dict[Origin, list[Conversation]] = {}
        self._trust = trust
        self._context: ssl.SSLContext | None = None

    async def ask(self, origin: Origin, method: str, data: bytes, until: float | None = None) -> Reply:
        """Send `data` and wait for the answer; it comes before the loop's time is `until`, or a TimeoutError does.

        A kept connection that turns out closed is replaced once.
        """
        conversation = self._take(origin)
        if conversation is not None:
            try:
                return await self._ask(origin, conversation, method, data, until)
            except NoReplyError as error:
                if not (error.is_untouched and method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")):
                    raise
        return await self._ask(origin, await self._connect(origin, until), method, data, until)

    def close(self) -> None:
        for idle in self._idle.values():
            for conversation in idle:
                conversation.close()
        self._idle.clear()

    async def _ask(
        self, origin: Origin, conversation: Conversation, method: str, data: bytes, until: float | None
    ) -> Reply:
        try:
            reply = await conversation.ask(method, data, until)
        except asyncio.CancelledError:
            conversation.close()
            raise
        if conversation.is_open:
            self._idle.setdefault(origin, []).append(conversation)
        return reply

    def _take(self, origin: Origin) -> Conversation | None:
        idle = self._idle.get(origin)
        while idle:
            conversation = idle.pop()
            if conversation.is_fresh:
                return conversation
            conversation.close()
        return None

    async def _connect(self, origin: Origin, until: float | None) -> Conversation:
        loop = asyncio.get_running_loop()
        if origin.scheme == "https" and self._context is None:
            self._context = self._trust()
        context = self._context if origin.scheme == "https" else None
        try:
            async with asyncio.timeout_at(until):
                _, conversation = await loop.create_connection(
                    lambda: Conversation(loop), origin.host, origin.port, ssl=context
                )
        except ssl.SSLError as error:
            raise NoReplyError("protocol", f"no TLS with {origin.host}:{origin.port}: {error}") from error
        except ConnectionResetError as error:
            raise NoReplyError("reset", "the connection was reset before any answer came") from error
        except TimeoutError:
            raise
        except OSError as error:
            raise NoReplyError("refused", f"no connection to {origin.host}:{origin.port}: {_why(error)}") from error
        return conversation


def _why(error: OSError) -> str:
    return "connection refused" if isinstance(error, ConnectionRefusedError) else error.strerror or str(error)
