"""The way to an edge's target, which may move: every new connection is dialled here. Owned by the proxy."""

import asyncio
import socket

from dovetail.model.address import Address
from dovetail.wire.dial import Dial, Done
from dovetail.wire.stream import Endpoint, find_endpoints, known_endpoints

PATIENCE = 10.0


class Dialling:
    def __init__(self, loop: asyncio.AbstractEventLoop, name: str, target: Address) -> None:
        self._loop = loop
        self._name = name
        self._dials: set[Dial] = set()
        self._searches: set[asyncio.Task[None]] = set()
        self.retarget(target)

    def retarget(self, target: Address) -> None:
        self.target = target
        self._known = known_endpoints(target.host, target.port)

    def dial(self, done: Done) -> None:
        """Call `done` with a connected socket, or with why there is none."""
        if self._known:
            self._try(self._known, done)
            return
        task = self._loop.create_task(self._search(self.target, done), name=f"look up {self._name}")
        self._searches.add(task)
        task.add_done_callback(self._searches.discard)

    def close(self) -> None:
        for dial in self._dials:
            dial.cancel()
        for search in self._searches:
            search.cancel()

    def _try(self, endpoints: tuple[Endpoint, ...], done: Done) -> None:
        def finish(stream: socket.socket | None, why: str) -> None:
            self._dials.discard(dial)
            done(stream, why)

        dial = Dial(self._loop, endpoints, PATIENCE, finish)
        self._dials.add(dial)
        dial.start()

    async def _search(self, target: Address, done: Done) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                endpoints = await find_endpoints(self._loop, target.host, target.port)
        except (OSError, TimeoutError, UnicodeError) as error:
            done(None, f"{target.host} has no address: {error}")
            return
        self._try(endpoints, done)
