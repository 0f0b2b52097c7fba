"""Claims about what a tap could not read: real connections whose listener gives up where a client says X or Y."""

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from dovetail.edge.proxy import REMEMBERED
from dovetail.edge.unread import Unread, require_read
from dovetail.errors import StageError, UnreadError
from dovetail.model.exchange import Exchange
from dovetail.model.system import Edge
from dovetail.plugin.tap import Line, Listener

if TYPE_CHECKING:
    from tests.edge.conftest import Stand

EDGE = Edge("orders", "payments", "http")


class Reader:
    """Tells each piece that a client says; at an X it is lost, at a Y too, but has told all that it heard."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def client_sent(self, data: bytes) -> None:
        if data.startswith((b"X", b"Y")):
            self._line.lost(len(data) if data.startswith(b"X") else 0)
            return
        now = self._line.clock()
        self._line.report(Exchange(self._line.edge, "http", data.decode(), "", "answered", now, 0.0))

    def server_sent(self, data: bytes) -> None:
        """The echo is of no interest."""

    def ended(self, how: str) -> None:
        """Nothing is open."""


class ReaderTap:
    def listen(self, line: Line) -> Listener:
        return Reader(line)


class Ticking:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    assert await reader.readexactly(len(data)) == data


def unread(size: int, *pieces: bytes, at: float = 100.0) -> Unread:
    made = Unread(size, lambda: at)
    for piece in pieces:
        made.client_sent(piece)
    return made


def test_an_edge_whose_bytes_were_all_read_gives_its_calls(stand: "Stand", clock: Ticking) -> None:
    async def scene() -> None:
        async with (
            stand.serve() as port,
            stand.open(port, tap=ReaderTap(), clock=clock) as proxy,
            stand.call(proxy) as (reader, writer),
        ):
            await say(reader, writer, b"one")
            await say(reader, writer, b"two")
            assert [call.request for call in proxy.calls()] == ["one", "two"]

    stand.play(scene())


@pytest.mark.parametrize("order", [None, ("latency", {"delay": 0.01})])
def test_calls_are_refused_while_a_lost_connection_is_open_and_after_it(
    stand: "Stand", clock: Ticking, order: tuple[str, dict[str, float]] | None
) -> None:
    async def scene() -> None:
        async with stand.serve() as port, stand.open(port, tap=ReaderTap(), clock=clock) as proxy:
            if order is not None:
                proxy.inject(stand.order(order[0], **order[1]), 60)
            async with stand.call(proxy) as (reader, writer):
                await say(reader, writer, b"one")
                await say(reader, writer, b"Xtwo")
                clock.now = 200.0
                await say(reader, writer, b"three")
                with pytest.raises(UnreadError, match="a connection carried 18 bytes since"):
                    proxy.calls(150.0)
                clock.now = 300.0
            async with stand.call(proxy) as (reader, writer):
                await say(reader, writer, b"four")
                with pytest.raises(UnreadError, match="a connection carried 18 bytes"):
                    proxy.calls(200.0)
                assert [call.request for call in proxy.calls(200.5)] == ["four"]

    stand.play(scene())


def test_a_lost_connection_that_is_silent_hides_no_call(stand: "Stand", clock: Ticking) -> None:
    async def scene() -> None:
        async with (
            stand.serve() as port,
            stand.open(port, tap=ReaderTap(), clock=clock) as proxy,
            stand.call(proxy) as (reader, writer),
            stand.call(proxy) as (other_reader, other_writer),
        ):
            await say(reader, writer, b"X")
            clock.now = 200.0
            await say(other_reader, other_writer, b"one")
            assert [call.request for call in proxy.calls(150.0)] == ["one"]

    stand.play(scene())


def test_a_connection_lost_with_all_told_hides_calls_only_once_the_client_goes_on(
    stand: "Stand", clock: Ticking
) -> None:
    async def scene() -> None:
        async with (
            stand.serve() as port,
            stand.open(port, tap=ReaderTap(), clock=clock) as proxy,
            stand.call(proxy) as (reader, writer),
        ):
            await say(reader, writer, b"one")
            await say(reader, writer, b"Y")
            assert len(proxy.calls()) == 1
            await say(reader, writer, b"more")
            with pytest.raises(UnreadError, match="a connection carried 8 bytes"):
                proxy.calls()

    stand.play(scene())


def test_an_edge_that_nobody_listens_to_has_no_calls_to_count(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.open(1) as proxy:
            with pytest.raises(UnreadError, match="what http speaks is not listened to"):
                proxy.calls()

    stand.play(scene())


def test_more_calls_than_are_remembered_are_refused_and_not_told_as_fewer(stand: "Stand", clock: Ticking) -> None:
    async def scene() -> None:
        async with (
            stand.serve() as port,
            stand.open(port, tap=ReaderTap(), clock=clock) as proxy,
            stand.call(proxy) as (reader, writer),
        ):
            await say(reader, writer, b"one")
            clock.now = 200.0
            for _ in range(REMEMBERED):
                await say(reader, writer, b"more")
            assert len(proxy.calls(150.0)) == REMEMBERED
            with pytest.raises(StageError, match=f"the first of more than {REMEMBERED} are forgotten"):
                proxy.calls(100.0)

    stand.play(scene())


def test_the_error_names_the_edge_the_bytes_their_beginning_and_what_to_do() -> None:
    began = 1_700_000_000.25
    with pytest.raises(UnreadError) as refusal:
        require_read(EDGE, [unread(5, b"abc", at=began), unread(2, at=began + 9), unread(0, at=began)], began)
    moment = time.strftime("%H:%M:%S", time.localtime(began))
    assert str(refusal.value) == (
        f"the calls of orders -> payments cannot be counted: 2 connections carried 10 bytes since {moment}.250 that "
        "nobody can read as http\n"
        "speak plaintext on this edge inside the test environment, or prove it at the service"
    )


def test_only_bytes_since_then_matter() -> None:
    require_read(EDGE, [unread(5, at=100.0), unread(0, at=300.0)], 200.0)
    with pytest.raises(UnreadError):
        require_read(EDGE, [unread(5, at=200.0)], 200.0)


def test_what_a_server_says_counts_once_the_client_has_said_something() -> None:
    silent = unread(0)
    silent.server_sent(b"the rest of an answer")
    assert silent.size == 0
    silent.client_sent(b"ask")
    silent.server_sent(b"answer")
    assert silent.size == 9
