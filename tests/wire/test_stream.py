import asyncio
import socket

import pytest

from dovetail.wire.stream import end_sending, find_endpoints, known_endpoints, make_lively, reset, start_connecting

V4, V6 = socket.AF_INET, socket.AF_INET6


@pytest.mark.parametrize(
    ("host", "endpoints"),
    [
        ("10.0.0.7", ((V4, ("10.0.0.7", 80)),)),
        ("::1", ((V6, ("::1", 80, 0, 0)),)),
        ("localhost", ((V4, ("127.0.0.1", 80)), (V6, ("::1", 80, 0, 0)))),
        ("orders.example", ()),
    ],
)
def test_only_names_have_to_be_looked_up(host: str, endpoints: object) -> None:
    assert known_endpoints(host, 80) == endpoints


def test_a_name_is_looked_up() -> None:
    async def scene() -> None:
        found = await find_endpoints(asyncio.get_running_loop(), "localhost", 81)
        assert {address[1] for _, address in found} == {81}

    asyncio.run(scene())


def test_a_lively_stream_sends_small_pieces_at_once_and_notices_the_dead() -> None:
    with socket.socket() as stream:
        make_lively(stream)
        assert stream.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert stream.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_the_peer_sees_a_reset() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        stream, _ = start_connecting((V4, ("127.0.0.1", server.getsockname()[1])))
        peer, _ = server.accept()
        reset(stream)
        with pytest.raises(ConnectionResetError), peer:
            peer.recv(1)


def test_the_peer_sees_the_end_and_can_still_speak() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        stream, _ = start_connecting((V4, ("127.0.0.1", server.getsockname()[1])))
        peer, _ = server.accept()
        with stream, peer:
            end_sending(stream)
            assert peer.recv(1) == b""
            peer.sendall(b"still")
            stream.settimeout(30)
            assert stream.recv(5) == b"still"


def test_nobody_there_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            start_connecting((V4, taken.getsockname()))
