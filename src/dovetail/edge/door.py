"""A listening socket whose port stays ours, also while nobody is let in. Owned by the proxy."""

import asyncio
import socket
from collections.abc import Callable

from dovetail.wire.stream import make_lively

BACKLOG = 512
BREATH = 0.1


class Door:
    """Hands each client to `welcome`; `shut` makes the kernel refuse them, `open` lets them in again."""

    def __init__(self, loop: asyncio.AbstractEventLoop, host: str, welcome: Callable[[socket.socket], None]) -> None:
        self._loop = loop
        self._welcome = welcome
        self._socket = _bind(host, 0)
        self._is_open = False
        self.host, self.port = self._socket.getsockname()[:2]
        self.open()

    def open(self) -> None:
        if not self._is_open:
            self._is_open = True
            self._socket.listen(BACKLOG)
            self._watch()

    def shut(self) -> None:
        """Stop listening; a second socket that is bound but does not listen keeps the port from others."""
        if self._is_open:
            self._is_open = False
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            keeper = _bind(self.host, self.port, shared=1)
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = keeper

    def close(self) -> None:
        if self._is_open:
            self._loop.remove_reader(self._socket.fileno())
        self._is_open = False
        self._socket.close()

    def _watch(self) -> None:
        if self._is_open:
            self._loop.add_reader(self._socket.fileno(), self._accept)

    def _accept(self) -> None:
        try:
            client, _ = self._socket.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError:
            self._loop.remove_reader(self._socket.fileno())
            self._loop.call_later(BREATH, self._watch)
            return
        client.settimeout(0)
        self._welcome(client)


def _bind(host: str, port: int, shared: int = 0) -> socket.socket:
    """Bind, and share the port only where one of our sockets takes over from the other."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.settimeout(0)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, shared)
    make_lively(bound)
    bound.bind((host, port))
    return bound
