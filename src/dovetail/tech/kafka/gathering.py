"""All messages of a topic since a start, for a step that counts them. Called by the session."""

import asyncio

from dovetail.tech.kafka.cursor import Cursor, Message

_KEPT = 10_000


class Gathering:
    """Of very many messages only the first are kept; all are counted. `quiet` is how long none may come at the end."""

    def __init__(self, cursor: Cursor, quiet: float) -> None:
        self._cursor = cursor
        self._quiet = quiet
        self._kept: list[Message] = []
        self._count = 0
        self._has_answered = False

    @property
    def progress(self) -> str:
        return self._cursor.progress

    async def gather(self) -> tuple[list[Message], int]:
        """Return, in the order of time, what is there; asked again, wait until there is more."""
        if self._has_answered:
            await self._wait()
        await self._catch_up()
        while self._quiet:
            try:
                async with asyncio.timeout(self._quiet):
                    await self._wait()
            except TimeoutError:
                break
        self._has_answered = True
        ordered = sorted(self._kept, key=lambda one: (one.record.timestamp, one.partition, one.record.offset))
        return ordered, self._count

    async def _wait(self) -> None:
        message = await self._cursor.next()
        self._keep([message, *self._cursor.take()])

    async def _catch_up(self) -> None:
        ends = await self._cursor.find_ends()
        while self._cursor.is_behind(ends):
            await self._cursor.advance()
            self._keep(self._cursor.take())

    def _keep(self, messages: list[Message]) -> None:
        self._count += len(messages)
        self._kept += messages[: _KEPT - len(self._kept)]
