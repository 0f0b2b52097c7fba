"""Claims about readiness, against the real server and others that are not."""

import asyncio

from msgspec.structs import replace

from dovetail.model.address import Address
from dovetail.model.system import Probe
from dovetail.plugin.prober import Reading
from dovetail.tech.postgres.prober import prober


def probe(address: Address, seconds: float = 20) -> Reading:
    return asyncio.run(prober().probe(address, Probe("technology"), seconds))


def test_a_running_server_is_ready(server: Address) -> None:
    assert probe(server) == Reading(is_ready=True)


def test_why_it_is_not_ready_is_told_in_the_servers_words(server: Address) -> None:
    assert probe(replace(server, path="/nowhere")).why == 'database "nowhere" does not exist'
    assert not probe(server.at("127.0.0.1", 1)).is_ready


def test_a_server_that_accepts_and_never_answers_is_not_ready() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read()
        finally:
            writer.transport.abort()

    async def act() -> Reading:
        async with await asyncio.start_server(silent, "127.0.0.1", 0) as door:
            address = Address("127.0.0.1", door.sockets[0].getsockname()[1])
            return await prober().probe(address, Probe("technology"), 0.1)

    assert asyncio.run(act()) == Reading(is_ready=False, why="no answer within 0.1 s")
