"""What crossed a connection after its tap could read no more. Kept by the connection, asked by the proxy."""

import time
from collections.abc import Callable, Sequence

from dovetail.errors import Problem, UnreadError
from dovetail.model.system import Edge


class Unread:
    """`size` bytes between `since` and `until`; while there are none, the server only answers what was told already."""

    __slots__ = ("_clock", "since", "size", "until")

    def __init__(self, size: int, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.size = size
        self.since = self.until = clock()

    def client_sent(self, data: bytes) -> None:
        self.size += len(data)
        self.until = self._clock()

    def server_sent(self, data: bytes) -> None:
        if self.size:
            self.client_sent(data)


def require_read(edge: Edge, found: Sequence[Unread], since: float) -> None:
    """Raise where bytes that nobody could read crossed the edge at `since` or later: they may have been calls."""
    hidden = [unread for unread in found if unread.size and unread.until >= since]
    if not hidden:
        return
    began = min(unread.since for unread in hidden)
    moment = f"{time.strftime('%H:%M:%S', time.localtime(began))}.{int(began % 1 * 1000):03}"
    carriers = "a connection" if len(hidden) == 1 else f"{len(hidden)} connections"
    size = sum(unread.size for unread in hidden)
    raise UnreadError(
        Problem(
            f"the calls of {edge.name} cannot be counted: "
            f"{carriers} carried {size} bytes since {moment} that nobody can read as {edge.technology}",
            "speak plaintext on this edge inside the test environment, or prove it at the service",
        )
    )
