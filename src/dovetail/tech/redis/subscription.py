"""Messages heard on channels since a check began. Made by session, from the steps that will wait for them."""

import asyncio
import re
from fnmatch import fnmatchcase

from dovetail.model.address import Address
from dovetail.model.data import Data
from dovetail.tech.redis.connection import Connection, connect, must
from dovetail.tech.redis.resp import Reply
from dovetail.tech.redis.value import to_data

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}")
MESSAGE = b"pmessage"


class Subscription:
    """One connection that listens to a pattern; messages are kept in the order in which they came."""

    def __init__(self, pattern: str, connection: Connection) -> None:
        self.pattern = pattern
        self.heard: list[tuple[str, Data]] = []
        self._connection = connection

    @property
    def is_usable(self) -> bool:
        return self._connection.is_usable

    async def wait(self, channel: str, after: int) -> int:
        """Return the number of the first message, from number `after` on, whose channel fits."""
        number = after
        while True:
            while number >= len(self.heard):
                self._hear(await self._connection.next())
            if matches(self.heard[number][0], channel):
                return number
            number += 1

    def close(self) -> None:
        self._connection.abort()

    def _hear(self, said: Reply) -> None:
        if isinstance(said, list) and said[:1] == [MESSAGE]:
            self.heard.append((str(to_data(said[2])), to_data(said[3])))


async def subscribe(address: Address, pattern: str, seconds: float) -> Subscription:
    """Listen from now on: the server has confirmed it when this returns."""
    async with asyncio.timeout(seconds):
        connection = await connect(address)
        must(await connection.call("PSUBSCRIBE", pattern))
    return Subscription(pattern, connection)


def widen(channel: str) -> str:
    """Turn a channel whose {{ }} values are not known yet into a pattern that every such channel fits."""
    return _PLACEHOLDER.sub("*", channel)


def matches(channel: str, pattern: str) -> bool:
    return channel == pattern or fnmatchcase(channel, pattern.replace("[^", "[!"))
