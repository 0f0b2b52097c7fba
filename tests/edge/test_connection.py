import asyncio
import socket
import struct
from random import Random
from typing import TYPE_CHECKING

import pytest

from dovetail.edge.proxy import EdgeProxy
from dovetail.model.data import Data
from dovetail.plugin.tap import Line

if TYPE_CHECKING:
    from tests.edge.conftest import Stand


class Diary:
    """A tap that writes down what it hears."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.heard: list[tuple[str, bytes]] = []
        self.ends: list[str] = []

    def listen(self, line: Line) -> "Diary":
        self.lines.append(line)
        return self

    def client_sent(self, data: bytes) -> None:
        self.heard.append(("client", data))

    def server_sent(self, data: bytes) -> None:
        self.heard.append(("server", data))

    def ended(self, how: str) -> None:
        self.ends.append(how)


class ShoutingDiary(Diary):
    """A rewriter that holds back what does not end in a full stop."""

    def __init__(self) -> None:
        super().__init__()
        self.rest = b""

    def rewrite(self, data: bytes) -> bytes:
        self.rest += data
        if not self.rest.endswith(b"."):
            return b""
        whole, self.rest = self.rest, b""
        return whole.upper()


def test_a_tap_hears_both_sides_and_the_end(stand: "Stand") -> None:
    diary = Diary()

    async def scene() -> None:
        async with stand.serve() as port, stand.open(port, tap=diary) as proxy:
            assert await stand.read_some(proxy, b"hello", 5) == b"hello"
            await stand.until(lambda: bool(diary.ends))
            assert diary.lines[0].door == proxy.door
            assert diary.lines[0].connection == 1

    stand.play(scene())
    assert diary.heard == [("client", b"hello"), ("server", b"hello")]
    assert diary.ends == ["closed"]


def test_a_tap_hears_an_answer_when_the_client_gets_it(stand: "Stand") -> None:
    diary = Diary()

    async def scene() -> None:
        async with stand.serve() as port, stand.open(port, tap=diary) as proxy:
            lease = proxy.inject(stand.order("timeout"), 60)
            async with stand.call(proxy) as (reader, writer):
                writer.write(b"hello")
                await stand.until(lambda: bool(diary.heard))
                assert diary.heard == [("client", b"hello")]
                proxy.lift(lease)
                await reader.readexactly(5)
                assert diary.heard[1:] == [("server", b"hello")]

    stand.play(scene())


@pytest.mark.parametrize("faults", [1, 2])
def test_the_tap_is_told_once_of_a_connection_that_faults_end(stand: "Stand", faults: int) -> None:
    diary = Diary()

    async def scene() -> None:
        async with stand.serve() as port, stand.open(port, tap=diary) as proxy:
            for _ in range(faults):
                proxy.inject(stand.order("reset"), 60)
            with pytest.raises(ConnectionResetError):
                await stand.read_all(proxy, b"x")
            await stand.until(lambda: bool(diary.ends))

    stand.play(scene())
    assert diary.ends == ["faulted"]


def test_a_reset_by_a_side_reaches_the_other_under_a_fault_too(stand: "Stand") -> None:
    diary = Diary()

    async def scene() -> None:
        async with stand.serve() as port, stand.open(port, tap=diary) as proxy:
            proxy.inject(stand.order("latency", delay=0.001, to="both"), 60)
            reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
            writer.write(b"hello")
            assert await reader.readexactly(5) == b"hello"
            linger_nothing = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_nothing)
            writer.transport.abort()
            await stand.until(lambda: bool(diary.ends))

    stand.play(scene())
    assert diary.ends == ["cut"]


HOLDING: tuple[tuple[str, dict[str, Data]], ...] = (
    ("latency", {"delay": 0.002, "jitter": 0.002}),
    ("slice", {"size": 70, "vary": 69}),
    ("bandwidth", {"rate": 2_000_000}),
    ("slow_close", {"delay": 0.002}),
    ("timeout", {"after": 0}),
)


@pytest.mark.parametrize("seed", range(12))
def test_bytes_pass_unharmed_while_faults_that_lose_nothing_come_and_go(stand: "Stand", seed: int) -> None:
    random, diary = Random(seed), Diary()
    sent = random.randbytes(random.choice((1, 3_000, 100_000)))

    async def send(writer: asyncio.StreamWriter) -> None:
        at = 0
        while at < len(sent):
            size = random.choice((1, 100, 20_000))
            writer.write(sent[at : at + size])
            await writer.drain()
            at += size
        writer.write_eof()

    async def strike(proxy: EdgeProxy) -> None:
        leases: list[str] = []
        for _ in range(12):
            kind, settings = random.choice(HOLDING)
            to = random.choice(("request", "answer", "both"))
            leases.append(proxy.inject(stand.order(kind, to=to, **settings), 60))
            await asyncio.sleep(random.choice((0, 0.001)))
            if random.random() < 0.5:
                proxy.lift(leases.pop(random.randrange(len(leases))))
        for lease in leases:
            proxy.lift(lease)

    async def scene() -> None:
        async with stand.serve() as port, stand.open(port, tap=diary) as proxy, stand.call(proxy) as (reader, writer):
            _, _, received = await asyncio.gather(send(writer), strike(proxy), reader.read())
            assert received == sent
            await stand.until(lambda: bool(diary.ends))

    stand.play(scene())
    for side in ("client", "server"):
        assert b"".join(data for who, data in diary.heard if who == side) == sent
    assert diary.ends == ["closed"]


def test_a_rewriter_changes_what_the_client_gets(stand: "Stand") -> None:
    diary = ShoutingDiary()

    async def scene() -> None:
        async with (
            stand.serve() as port,
            stand.open(port, tap=diary) as proxy,
            stand.call(proxy) as (reader, writer),
        ):
            writer.write(b"who is")
            await stand.until(lambda: diary.rest == b"who is")
            writer.write(b" there.")
            assert await reader.readexactly(13) == b"WHO IS THERE."

    stand.play(scene())
    assert diary.heard[-1] == ("server", b"WHO IS THERE.")
