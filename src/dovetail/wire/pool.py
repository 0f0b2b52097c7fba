"""Connections kept open between checks, by address. Used by the drivers of technologies."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

from dovetail.model.address import Address

IDLE_AT_MOST = 32
SECONDS_TO_PART = 1.0


class Connection(Protocol):
    @property
    def is_usable(self) -> bool: ...

    def abort(self) -> None: ...

    async def close(self) -> None:
        """Part in the protocol's own way, which may wait for the other side."""
        ...


C = TypeVar("C", bound=Connection)


class Pool(Generic[C]):
    """Lends connections whose state is clean; closes the longest idle when too many wait."""

    def __init__(self, connect: Callable[[Address], Awaitable[C]]) -> None:
        self._connect = connect
        self._idle: list[tuple[Address, C]] = []

    async def take(self, address: Address) -> C:
        for index in range(len(self._idle) - 1, -1, -1):
            if self._idle[index][0] == address:
                _, connection = self._idle.pop(index)
                if connection.is_usable:
                    return connection
                connection.abort()
        return await self._connect(address)

    async def give(self, address: Address, connection: C) -> None:
        if connection.is_usable:
            self._idle.append((address, connection))
        else:
            connection.abort()
        while len(self._idle) > IDLE_AT_MOST:
            await _part(self._idle.pop(0)[1])

    async def close(self) -> None:
        """Part from all at once, so that servers that hang keep nobody longer than one would."""
        idle, self._idle = self._idle, []
        async with asyncio.TaskGroup() as group:
            for address, connection in idle:
                group.create_task(_part(connection), name=f"part from {address.endpoint}")


async def _part(connection: Connection) -> None:
    """Close, or abort where the other side does not let go."""
    try:
        async with asyncio.timeout(SECONDS_TO_PART):
            await connection.close()
    except (OSError, TimeoutError):
        connection.abort()
