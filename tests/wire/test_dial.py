import asyncio
import socket
from collections.abc import Iterator

import pytest

from dovetail.wire.dial import Dial, Done
from dovetail.wire.stream import Endpoint

V4 = socket.AF_INET


def dial(endpoints: list[Endpoint], seconds: float = 30) -> tuple[bool, str]:
    """Dial and tell whether a socket came, and why not."""

    async def scene() -> tuple[bool, str]:
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[tuple[bool, str]] = loop.create_future()
        Dial(loop, endpoints, seconds, note(outcome)).start()
        return await asyncio.wait_for(outcome, 60)

    return asyncio.run(scene())


def note(outcome: "asyncio.Future[tuple[bool, str]]") -> Done:
    def done(stream: socket.socket | None, why: str) -> None:
        outcome.set_result((stream is not None, why))
        if stream is not None:
            stream.close()

    return done


@pytest.fixture
def nobody() -> Iterator[Endpoint]:
    """Hold a port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield V4, taken.getsockname()


def test_a_server_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert dial([(V4, server.getsockname())]) == (True, "")


def test_a_refusal_is_told_in_words(nobody: Endpoint) -> None:
    assert dial([nobody]) == (False, "connection refused")


def test_the_next_endpoint_is_tried(nobody: Endpoint) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert dial([nobody, (V4, server.getsockname())]) == (True, "")


def test_without_an_endpoint_there_is_no_connection() -> None:
    assert dial([]) == (False, "no address")


def test_a_server_that_does_not_pick_up_is_waited_for_only_so_long() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.create_connection(full.getsockname())]
        assert dial([(V4, full.getsockname())], 0.05) == (False, "no connection within 0.05 s")
        for stream in waiting:
            stream.close()
