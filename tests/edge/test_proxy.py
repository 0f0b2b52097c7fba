import asyncio
import socket
import ssl
import struct
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dovetail.errors import SuiteError
from dovetail.model.address import Address
from dovetail.model.exchange import Exchange

if TYPE_CHECKING:
    from tests.edge.conftest import Reader, Stand, Writer

MEGABYTE = 1 << 20
GIGABYTE = 1 << 30


def test_bytes_pass_both_ways_unharmed(stand: "Stand") -> None:
    async def scene() -> None:
        sent = bytes(range(256)) * 4096
        async with stand.serve() as port, stand.open(port) as proxy, stand.call(proxy) as (reader, writer):
            writer.write(sent)
            writer.write_eof()
            assert await reader.read() == sent

    stand.play(scene())


def test_the_door_has_the_targets_form(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.open(1) as proxy:
            assert proxy.door.scheme == "http"
            assert proxy.door.host == "127.0.0.1"
            assert proxy.door.port not in (0, 1)

    stand.play(scene())


def test_a_half_closed_connection_still_brings_the_answer(stand: "Stand") -> None:
    async def answer_at_the_end(reader: "Reader", writer: "Writer") -> None:
        received = await reader.read()
        writer.write(f"{len(received)} bytes".encode())

    async def scene() -> None:
        async with (
            stand.serve(answer_at_the_end) as port,
            stand.open(port) as proxy,
            stand.call(proxy) as (reader, writer),
        ):
            writer.write(b"x" * 100_000)
            writer.write_eof()
            assert await reader.read() == b"100000 bytes"

    stand.play(scene())


def test_a_refused_upstream_cuts_the_client_at_once_and_is_told(stand: "Stand") -> None:
    seen: list[Exchange] = []

    async def scene() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            async with stand.open(taken.getsockname()[1], seen.append) as proxy:
                with pytest.raises(ConnectionResetError):
                    await stand.read_all(proxy)

    stand.play(scene())
    assert [(e.edge, e.ended, e.answer) for e in seen] == [("orders -> payments", "refused", "connection refused")]


def test_a_name_that_nobody_knows_is_told_as_refused(stand: "Stand") -> None:
    seen: list[Exchange] = []

    async def scene() -> None:
        async with stand.open(1, seen.append) as proxy:
            proxy.retarget(Address("nobody.invalid", 80, "http"))
            with pytest.raises(ConnectionResetError):
                await stand.read_all(proxy)

    stand.play(scene())
    assert [e.ended for e in seen] == ["refused"]


def test_a_name_is_looked_up(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy:
            proxy.retarget(Address(socket.gethostname(), port, "http"))
            proxy.retarget(Address("localhost", port, "http"))
            async with stand.call(proxy) as (reader, writer):
                writer.write(b"hello")
                assert await reader.readexactly(5) == b"hello"

    stand.play(scene())


def test_a_reset_by_the_server_reaches_the_client_as_a_reset(stand: "Stand") -> None:
    async def hang_up(reader: "Reader", writer: "Writer") -> None:
        await reader.read(1)
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def scene() -> None:
        async with stand.serve(hang_up) as port, stand.open(port) as proxy, stand.call(proxy) as (reader, writer):
            writer.write(b"x")
            with pytest.raises(ConnectionResetError):
                await reader.read()

    stand.play(scene())


def test_after_retarget_new_connections_go_there_and_open_ones_stay(stand: "Stand") -> None:
    async def shout(reader: "Reader", writer: "Writer") -> None:
        while data := await reader.read(100):
            writer.write(data.upper())

    async def scene() -> None:
        async with (
            stand.serve() as before,
            stand.serve(shout) as after,
            stand.open(before) as proxy,
            stand.call(proxy) as (old_reader, old_writer),
        ):
            old_writer.write(b"one")
            assert await old_reader.readexactly(3) == b"one"
            door = proxy.door
            proxy.retarget(Address("127.0.0.1", after, "http"))
            async with stand.call(proxy) as (reader, writer):
                writer.write(b"two")
                assert await reader.readexactly(3) == b"TWO"
            old_writer.write(b"three")
            assert await old_reader.readexactly(5) == b"three"
            assert proxy.door == door

    stand.play(scene())


def test_a_slow_reader_holds_the_sender_back(stand: "Stand") -> None:
    sent: list[int] = []

    async def pour(_: "Reader", writer: "Writer") -> None:
        for _megabyte in range(256):
            writer.write(bytes(MEGABYTE))
            await writer.drain()
            sent.append(MEGABYTE)

    async def scene() -> None:
        async with stand.serve(pour) as port, stand.open(port) as proxy:
            raw = socket.socket()
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            raw.settimeout(0)
            await asyncio.get_running_loop().sock_connect(raw, (proxy.door.host, proxy.door.port))
            reader, writer = await asyncio.open_connection(sock=raw, limit=65536)
            await stand.until(lambda: len(sent) > 0)
            for _ in range(200):
                await asyncio.sleep(0)
            assert sum(sent) < 128 * MEGABYTE
            received = 0
            while data := await reader.read(MEGABYTE):
                received += len(data)
            assert received == 256 * MEGABYTE
            writer.close()

    stand.play(scene())


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_a_gigabyte_passes_with_flat_memory(stand: "Stand") -> None:
    received: list[int] = []

    def swallow(listening: socket.socket) -> None:
        stream, _ = listening.accept()
        buffer, total = bytearray(MEGABYTE), 0
        while count := stream.recv_into(buffer):
            total += count
        stream.sendall(b"done")
        stream.close()
        received.append(total)

    def pour(door: Address) -> None:
        with socket.create_connection((door.host, door.port)) as stream:
            block = bytes(MEGABYTE)
            for _ in range(GIGABYTE // MEGABYTE):
                stream.sendall(block)
            stream.shutdown(socket.SHUT_WR)
            assert stream.recv(4) == b"done"

    async def scene() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            server = threading.Thread(target=swallow, args=(listening,))
            server.start()
            async with stand.open(listening.getsockname()[1]) as proxy:
                pouring = asyncio.create_task(asyncio.to_thread(pour, proxy.door))
                await stand.until(lambda: bool(proxy.door))
                before = peak = stand.resident()
                while not pouring.done():
                    peak = max(peak, stand.resident())
                    await asyncio.sleep(0.02)
                await pouring
                assert peak - before < 32 * MEGABYTE
            server.join()

    stand.play(scene())
    assert received == [GIGABYTE]


def test_tls_passes_through(stand: "Stand", tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    asked = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    written = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", *asked.split(), *written], check=True, capture_output=True)
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(certificate, key)
    client_side = ssl.create_default_context(cafile=str(certificate))

    async def greet(reader: "Reader", writer: "Writer") -> None:
        writer.write(b"hello " + await reader.readline())
        await writer.drain()
        writer.close()

    async def scene() -> None:
        server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=server_side)
        async with stand.open(server.sockets[0].getsockname()[1]) as proxy:
            reader, writer = await asyncio.open_connection(
                proxy.door.host, proxy.door.port, ssl=client_side, server_hostname="localhost"
            )
            writer.write(b"you\n")
            assert await reader.readline() == b"hello you\n"
            writer.close()
        server.close()

    stand.play(scene())


def test_a_lease_lifts_itself_and_says_so(stand: "Stand") -> None:
    lapsed: list[str] = []

    async def scene() -> None:
        async with stand.serve() as port, stand.open(port, lapsed=lapsed.append) as proxy:
            lease = proxy.inject(stand.order("timeout"), 0.05, owner="a check")
            assert [(f.name, f.owner) for f in proxy.faults] == [(lease, "a check")]
            async with stand.call(proxy) as (reader, writer):
                writer.write(b"held")
                assert await reader.readexactly(4) == b"held"
            assert lapsed == [lease]
            assert not proxy.faults

    stand.play(scene())


def test_a_lease_without_an_end_outlasts_every_other_until_it_is_lifted(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy:
            lease = proxy.inject(stand.order("latency"), None)
            proxy.inject(stand.order("timeout"), 0.05)
            async with stand.call(proxy) as (reader, writer):
                writer.write(b"held")
                assert await reader.readexactly(4) == b"held"
            assert [(fault.name, fault.ends) for fault in proxy.faults] == [(lease, None)]
            proxy.lift(lease)
            assert not proxy.faults

    stand.play(scene())


def test_lifting_twice_is_no_error(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.open(1) as proxy:
            lease = proxy.inject(stand.order("refuse"), 60)
            proxy.lift(lease)
            proxy.lift(lease)

    stand.play(scene())


def test_two_faults_work_together_and_leave_one_by_one(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy, stand.call(proxy) as (reader, writer):
            slow = proxy.inject(stand.order("latency", delay=0.05), 60)
            broken = proxy.inject(stand.order("corrupt", share=1.0), 60)
            loop = asyncio.get_running_loop()
            start = loop.time()
            writer.write(b"hello")
            assert await reader.readexactly(5) != b"hello"
            assert loop.time() - start >= 0.049
            proxy.lift(broken)
            writer.write(b"hello")
            assert await reader.readexactly(5) == b"hello"
            proxy.lift(slow)
            writer.write(b"again")
            assert await reader.readexactly(5) == b"again"

    stand.play(scene())


def test_a_fault_that_no_edge_knows_names_those_it_knows(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.open(1) as proxy:
            with pytest.raises(SuiteError, match="cannot be broken by gremlins") as error:
                proxy.inject(stand.order("gremlins"), 1)
            assert "latency" in str(error.value)

    stand.play(scene())


def test_probability_spares_the_rest(stand: "Stand") -> None:
    async def scene() -> None:
        struck = 0
        async with stand.serve() as port, stand.open(port) as proxy:
            proxy.inject(stand.order("reset", probability=0.5), 60)
            for _ in range(60):
                try:
                    async with stand.call(proxy) as (reader, writer):
                        writer.write(b"x")
                        await reader.readexactly(1)
                except (ConnectionResetError, asyncio.IncompleteReadError):
                    struck += 1
        assert 10 < struck < 50

    stand.play(scene())


def test_closing_cuts_what_is_open_and_gives_the_port_back(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy, stand.call(proxy) as (reader, writer):
            writer.write(b"x")
            await reader.readexactly(1)
            await proxy.close()
            with pytest.raises(ConnectionResetError):
                await reader.read()
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(proxy.door.host, proxy.door.port)

    stand.play(scene())


def test_pythons_own_loop_serves_as_well(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy:
            proxy.inject(stand.order("latency", delay=0.01), 60)
            assert await stand.read_some(proxy, b"hello", 5) == b"hello"
            refused = proxy.inject(stand.order("refuse"), 60)
            with pytest.raises(ConnectionRefusedError):
                await stand.read_all(proxy)
            proxy.lift(refused)
            assert await stand.read_some(proxy, bytes(3 * MEGABYTE), 3 * MEGABYTE) == bytes(3 * MEGABYTE)

    asyncio.run(scene())
