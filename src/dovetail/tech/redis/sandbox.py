"""Private copies of a server's keys: each clone is one of the server's numbered databases. Called by environment.

Publishing knows no databases: who needs channels of its own takes a slice.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct, field
from msgspec.structs import replace

from dovetail.errors import Problem, StageError
from dovetail.model.address import Address
from dovetail.plugin.sandbox import Sandbox
from dovetail.tech.redis.connection import Command, Connection, RefusedError, connect, database_of, must
from dovetail.tech.redis.resp import GarbledError, Reply
from dovetail.tech.redis.value import to_map

KEYS_AT_ONCE = 1000


class _Key(Struct, frozen=True):
    """A key as frozen: `expires` is in milliseconds since the epoch, 0 where it never does."""

    name: bytes
    content: bytes
    expires: int


class _Server(Struct):
    """What is known of one server: its frozen keys and who has which database."""

    keys: tuple[_Key, ...] = ()
    taken: dict[str, int] = field(default_factory=dict)


class RedisSandbox:
    def __init__(self) -> None:
        self._servers: dict[Address, _Server] = {}
        self._origins: dict[Address, Address] = {}

    async def freeze(self, address: Address) -> None:
        async with _connected(address, "frozen") as connection:
            self._server(address).keys = tuple(await _read_keys(connection))

    async def clone(self, address: Address, name: str) -> Address:
        server = self._server(address)
        async with _connected(address, "cloned") as connection:
            await self._take(connection, address, name)
            await _restore(connection, server.keys)
        made_at = replace(address, path=f"/{server.taken[name]}")
        self._origins[made_at] = address
        return made_at

    async def drop(self, address: Address, name: str) -> None:
        number = self._server(address).taken.get(name)
        if number is None:
            return
        async with _connected(replace(address, path=f"/{number}"), "emptied") as connection:
            must(await connection.call("FLUSHDB"))
        self._server(address).taken.pop(name, None)
        self._origins.pop(replace(address, path=f"/{number}"), None)

    async def reset(self, address: Address) -> None:
        async with _connected(address, "set back") as connection:
            await _restore(connection, self._server(self._origins.get(address, address)).keys)

    def _server(self, address: Address) -> _Server:
        return self._servers.setdefault(address, _Server())

    async def _take(self, connection: Connection, address: Address, name: str) -> None:
        """Choose an empty database that nobody has; one with keys that are not ours is left alone."""
        taken = self._server(address).taken
        said = to_map(must(await connection.call("CONFIG", "GET", "databases")))
        most = int(str(said["databases"]))
        for number in range(1, most):
            if number in taken.values() or number == database_of(address):
                continue
            taken[name] = number
            must(await connection.call("SELECT", number))
            if must(await connection.call("DBSIZE")) == 0:
                return
        taken.pop(name, None)
        raise StageError(
            Problem(f"all {most} databases of the server are in use", "set `settings: {databases: …}` higher")
        )


def sandbox() -> Sandbox:
    return RedisSandbox()


@asynccontextmanager
async def _connected(address: Address, done: str) -> AsyncIterator[Connection]:
    try:
        connection = await connect(address)
        try:
            yield connection
        finally:
            await connection.close()
    except (OSError, RefusedError, GarbledError) as failure:
        raise StageError(Problem(f"{address.endpoint} could not be {done}: {failure}")) from failure


async def _read_keys(connection: Connection) -> list[_Key]:
    keys: list[_Key] = []
    cursor: Reply = b"0"
    while True:
        at = cursor if isinstance(cursor, bytes) else b"0"
        reply = must(await connection.call("SCAN", at, "COUNT", KEYS_AT_ONCE))
        cursor, found = reply if isinstance(reply, list) else (b"0", [])
        names = [name for name in found if isinstance(name, bytes)] if isinstance(found, list) else []
        contents = await connection.pipeline([("DUMP", name) for name in names])
        left = await connection.pipeline([("PTTL", name) for name in names])
        now = time.time() * 1000
        for name, content, ttl in zip(names, contents, left, strict=True):
            if isinstance(content, bytes) and isinstance(ttl, int):
                keys.append(_Key(name, content, int(now + ttl) if ttl >= 0 else 0))
        if cursor == b"0":
            return keys


async def _restore(connection: Connection, keys: tuple[_Key, ...]) -> None:
    """Empty the database and put the frozen keys back, in one go: nobody sees it half done."""
    commands: list[Command] = [("MULTI",), ("FLUSHDB",)]
    commands += [("RESTORE", key.name, key.expires, key.content, "ABSTTL", "REPLACE") for key in keys]
    for reply in await connection.pipeline([*commands, ("EXEC",)]):
        must(reply)
