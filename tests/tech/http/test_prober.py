import socket
from typing import TYPE_CHECKING

import pytest

from dovetail.model.address import Address
from dovetail.model.data import Data
from dovetail.model.system import Probe
from dovetail.tech.http.prober import prober

if TYPE_CHECKING:
    from tests.tech.http.conftest import Stand


@pytest.mark.parametrize(
    ("subject", "expect", "is_ready", "why"),
    [
        ("GET /health/ok", {}, True, ""),
        ("GET /health/UP", {}, True, ""),
        ("/mirror", {}, True, ""),
        ("", {}, True, ""),
        ("GET /health/starting", {}, False, "says status starting"),
        ("GET /health/down", {}, False, "says 503"),
        ("GET /health/down", {"status": 503}, True, ""),
        ("GET /health/starting", {"json": {"status": "ready"}}, False, "starting"),
    ],
)
def test_a_service_is_ready_when_it_says_so(
    stand: "Stand", service: Address, subject: str, expect: dict[str, Data], *, is_ready: bool, why: str
) -> None:
    async def scene() -> None:
        reading = await prober().probe(service, Probe("http", subject, expect), 30)
        assert reading.is_ready is is_ready, reading.why
        assert why in reading.why

    stand.play(scene())


def test_a_service_that_is_not_there_is_not_ready_yet(stand: "Stand") -> None:
    async def scene() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            address = Address("127.0.0.1", taken.getsockname()[1], "http")
            reading = await prober().probe(address, Probe("http", "GET /health"), 30)
            assert not reading.is_ready
            assert "refused" in reading.why

    stand.play(scene())
