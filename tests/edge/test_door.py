import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop

from dovetail.edge.door import Door


def stand_at(scene: Callable[[Door, "asyncio.Queue[socket.socket]"], Coroutine[Any, Any, None]]) -> None:
    async def play() -> None:
        guests: asyncio.Queue[socket.socket] = asyncio.Queue()
        door = Door(asyncio.get_running_loop(), "127.0.0.1", guests.put_nowait)
        try:
            await asyncio.wait_for(scene(door, guests), 30)
        finally:
            door.close()

    uvloop.run(play())


def knock(door: Door) -> socket.socket:
    return socket.create_connection((door.host, door.port), timeout=30)


def test_guests_are_let_in() -> None:
    async def scene(door: Door, guests: "asyncio.Queue[socket.socket]") -> None:
        with knock(door) as outside:
            inside = await guests.get()
            assert inside.getpeername() == outside.getsockname()
            assert inside.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert inside.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            inside.close()

    stand_at(scene)


def test_a_shut_door_keeps_its_port_and_opens_again() -> None:
    async def scene(door: Door, guests: "asyncio.Queue[socket.socket]") -> None:
        port = door.port
        door.shut()
        door.shut()
        with pytest.raises(ConnectionRefusedError):
            knock(door)
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind((door.host, port))
        for _ in range(3):
            door.open()
            with knock(door):
                (await guests.get()).close()
            door.shut()
        assert door.port == port

    stand_at(scene)


def test_nobody_else_can_listen_at_the_door() -> None:
    async def scene(door: Door, _: "asyncio.Queue[socket.socket]") -> None:
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            with pytest.raises(OSError, match="in use"):
                other.bind((door.host, door.port))

    stand_at(scene)


def test_a_closed_door_gives_its_port_back() -> None:
    async def scene(door: Door, _: "asyncio.Queue[socket.socket]") -> None:
        door.close()
        with socket.socket() as other:
            other.bind((door.host, door.port))
        with pytest.raises(ConnectionRefusedError):
            knock(door)

    stand_at(scene)
