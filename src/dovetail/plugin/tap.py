"""The sockets on an edge's wire: a tap listens, a rewriter also changes what names addresses.

Called by the edge proxy; filled in `tech/<name>/tap.py`, which defines `tap()`, which returns a Tap or a Rewriter.
Listeners never raise and never wait: unknown bytes end the listening, not the connection.
"""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from dovetail.model.address import Address
from dovetail.model.exchange import Exchange


class Line(Struct, frozen=True):
    """One proxied connection on an edge: `door` is the proxy's own address, `clock` tells seconds since the epoch."""

    edge: str
    connection: int
    door: Address
    report: Callable[[Exchange], None]
    clock: Callable[[], float]


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
