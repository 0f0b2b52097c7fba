"""Connections kept open between checks, by address. Used by driver."""

from dovetail.model.address import Address
from dovetail.tech.redis.connection import Connection, connect

IDLE_AT_MOST = 32


class Pool:
    """Lends connections; closes the longest idle when too many wait."""

    def __init__(self) -> None:
        self._idle: list[tuple[Address, Connection]] = []

    async def take(self, address: Address) -> Connection:
        for index in range(len(self._idle) - 1, -1, -1):
            if self._idle[index][0] == address:
                _, connection = self._idle.pop(index)
                if connection.is_usable:
                    return connection
                connection.abort()
        return await connect(address)

    def give(self, address: Address, connection: Connection) -> None:
        if connection.is_usable:
            self._idle.append((address, connection))
        while len(self._idle) > IDLE_AT_MOST:
            self._idle.pop(0)[1].close()

    def close(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()
