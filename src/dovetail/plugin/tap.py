"""The sockets on an edge's wire: a tap listens, a rewriter also changes what names addresses.

Called by the edge proxy; filled in `tech/<name>/tap.py`, which defines `tap()`, which returns a Tap or a Rewriter.
Listeners never raise and never wait: unknown bytes end the listening, not the connection, and the line hears of it.
"""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from dovetail.model.address import Address
from dovetail.model.exchange import Exchange


def _hear_nothing(_size: int) -> None:
    """Stand in for an owner that counts nothing."""


class Line(Struct, frozen=True):
    """One proxied connection on an edge: `door` is the proxy's own address, `clock` tells seconds since the epoch.

    `lost` hears, once, that nothing can be read from here on, and of how many bytes that is true already: 0 where every
    call that has begun is told. What crosses then is counted instead of heard, and `called:` gives no number for it. A
    connection that became something else in an exchange which was told (a web socket) is not lost.
    """

    edge: str
    connection: int
    door: Address
    report: Callable[[Exchange], None]
    clock: Callable[[], float]
    lost: Callable[[int], None] = _hear_nothing


class Listener(Protocol):
    def client_sent(self, data: bytes) -> None: ...

    def server_sent(self, data: bytes) -> None: ...

    def ended(self, how: str) -> None:
        """Tell how the connection ended: closed, cut, refused, faulted; open exchanges end with it."""
        ...


class Tap(Protocol):
    def listen(self, line: Line) -> Listener: ...


class RewritingListener(Listener, Protocol):
    def rewrite(self, data: bytes) -> bytes:
        """Return what the client shall get for what the server sent; bytes may be held back until a frame is whole."""
        ...


class Rewriter(Protocol):
    """A tap of a protocol whose answers name addresses: the edge passes on what `rewrite` returns."""

    def listen(self, line: Line) -> RewritingListener: ...
