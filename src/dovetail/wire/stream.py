"""The little that is done to a TCP socket beyond reading and writing it; used by the edge and its dialling."""

import asyncio
import errno
import socket
import struct
from contextlib import suppress
from typing import TypeAlias, cast

Endpoint: TypeAlias = "tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]"

_LINGER_NOTHING = struct.pack("ii", 1, 0)
_NONBLOCKING_STREAM = socket.SOCK_STREAM | getattr(socket, "SOCK_NONBLOCK", 0)
_CONNECTED = (0, errno.EISCONN)


def known_endpoints(host: str, port: int) -> tuple[Endpoint, ...]:
    """Return where a host lies that needs no looking up: digits, or this machine; nothing for other names."""
    if host == "localhost":
        return known_endpoints("127.0.0.1", port) + known_endpoints("::1", port)
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return ((family, (host, port) if family == socket.AF_INET else (host, port, 0, 0)),)
    return ()


def make_lively(stream: socket.socket) -> None:
    """Send small pieces at once, and notice a peer that is gone for good."""
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def reset(stream: socket.socket) -> None:
    """Close so that the peer sees a reset."""
    with suppress(OSError):
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOTHING)
    stream.close()


def end_sending(stream: socket.socket) -> None:
    """Tell the peer that nothing more comes; one that is gone already needs no telling."""
    with suppress(OSError):
        stream.shutdown(socket.SHUT_WR)


def start_connecting(endpoint: Endpoint) -> tuple[socket.socket, bool]:
    """Return a socket on its way to `endpoint`, and whether it has already arrived, as it has on one machine."""
    family, address = endpoint
    stream = socket.socket(family, _NONBLOCKING_STREAM)
    stream.settimeout(0)
    make_lively(stream)
    code = stream.connect_ex(address)
    if code == errno.EINPROGRESS:
        code = stream.connect_ex(address)
    if code in _CONNECTED:
        return stream, True
    if code in (errno.EINPROGRESS, errno.EALREADY):
        return stream, False
    stream.close()
    raise OSError(code, errno.errorcode.get(code, "connect"))


async def find_endpoints(loop: asyncio.AbstractEventLoop, host: str, port: int) -> tuple[Endpoint, ...]:
    """Look a name up; the resolver's order is kept."""
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple((family, cast("tuple[str, int]", address)) for family, _, _, _, address in found)
