"""One connection to a broker and the pool it comes from; a connection whose answer did not come is never used again.

Nothing here retries or buffers: what was not answered in time was either written once or not at all.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from dovetail.tech.kafka.frame import FrameError, Reader, Writer
from dovetail.tech.kafka.refusal import RefusalError, told_as_refusals
from dovetail.tech.kafka.request import Ask

T = TypeVar("T")
Endpoint = tuple[str, int]
_SMALLEST, _LARGEST = 4, 256 << 20
_CLIENT = "dovetail"
_IDLE = 8
_LOST = frozenset({"closed", "reset"})


class Connection:
    """Asks one question at a time; the caller keeps the deadline."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._asked = 0

    @property
    def is_used(self) -> bool:
        return self._asked > 0

    @property
    def is_broken(self) -> bool:
        if self._streams is None:
            return False
        reader, writer = self._streams
        return reader.at_eof() or reader.exception() is not None or writer.transport.is_closing()

    async def ask(self, ask: Ask[T]) -> T:
        """Raise RefusalError where no answer comes; the connection is then of no more use."""
        host, port = self._endpoint
        with told_as_refusals(f"{host}:{port}"):
            if self._streams is None:
                self._streams = await asyncio.open_connection(host, port)
            return ask.read(await self._exchange(ask, *self._streams))

    async def _exchange(self, ask: Ask[T], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Reader:
        self._asked += 1
        head = Writer().integer(ask.api, 2).integer(ask.version, 2).integer(self._asked, 4).text(_CLIENT)
        size = len(head.data) + len(ask.body)
        writer.write(size.to_bytes(4, "big") + bytes(head.data) + ask.body)
        await writer.drain()
        prefix = await reader.readexactly(4)
        size = int.from_bytes(prefix, "big", signed=True)
        if not _SMALLEST <= size <= _LARGEST:
            raise FrameError(f"an answer begins with {prefix!r}")
        answer = Reader(await reader.readexactly(size))
        number = answer.integer(4)
        if number != self._asked:
            raise FrameError(f"answer {number} came to question {self._asked}")
        return answer

    def drop(self) -> None:
        if self._streams is not None:
            self._streams[1].transport.abort()


class Pool:
    """Lends connections; those that came back in order are lent again."""

    def __init__(self) -> None:
        self._idle: dict[Endpoint, list[Connection]] = {}

    @asynccontextmanager
    async def lend(self, endpoint: Endpoint) -> AsyncIterator[Connection]:
        connection = self._pick(endpoint)
        try:
            yield connection
        except BaseException:
            connection.drop()
            raise
        idle = self._idle.setdefault(endpoint, [])
        if len(idle) < _IDLE and not connection.is_broken:
            idle.append(connection)
        else:
            connection.drop()

    def _pick(self, endpoint: Endpoint) -> Connection:
        idle = self._idle.get(endpoint, [])
        while idle:
            connection = idle.pop()
            if not connection.is_broken:
                return connection
            connection.drop()
        return Connection(endpoint)

    async def ask(self, endpoint: Endpoint, ask: Ask[T]) -> T:
        """Ask a question that changes nothing: one that an idle connection lost is asked again on a new one."""
        while True:
            async with self.lend(endpoint) as connection:
                was_used = connection.is_used
                try:
                    return await connection.ask(ask)
                except RefusalError as refusal:
                    connection.drop()
                    if not was_used or refusal.kind not in _LOST:
                        raise

    def close(self) -> None:
        for idle in self._idle.values():
            for connection in idle:
                connection.drop()
        self._idle.clear()
