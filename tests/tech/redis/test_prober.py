"""Claims about readiness, against the real server and others that are not."""

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from dovetail.model.address import Address
from dovetail.model.system import Probe
from dovetail.plugin.prober import Reading
from dovetail.tech.redis.prober import prober


def probe(address: Address, seconds: float = 20) -> Reading:
    return asyncio.run(prober().probe(address, Probe("technology"), seconds))


def test_a_running_server_is_ready(server: Address) -> None:
    assert probe(server) == Reading(is_ready=True)


def test_why_it_is_not_ready_is_told(server: Address) -> None:
    assert "out of range" in probe(replace(server, path="/99999")).why
    assert not probe(server.at("127.0.0.1", 1)).is_ready


def test_a_server_that_accepts_and_never_answers_is_not_ready(stranger: Callable[[None], Address]) -> None:
    assert probe(stranger(None), 0.1) == Reading(is_ready=False, why="no answer within 0.1 s")
