"""Ports for the stage's servers: from below the system's own range, each held so that no other stage picks it.

Called when an instance is set up.
"""

import errno
import random
import socket
import sys

from dovetail.errors import StageError

FIRST, LAST = 15_000, 32_000
MOST_TRIES = 400


class Ports:
    """Hands out free ports; a port stays ours until it is released or this process ends."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._claims: dict[int, socket.socket | None] = {}
        self._ever: set[int] = set()

    @property
    def ever(self) -> frozenset[int]:
        """Every port that was handed out and not lost, released or not."""
        return frozenset(self._ever)

    def pick(self) -> int:
        for _ in range(MOST_TRIES):
            port = self._chance.randrange(FIRST, LAST)
            if port not in self._claims and self._claim(port):
                self._ever.add(port)
                return port
        raise StageError("no free port was found between 15000 and 32000")

    def lose(self, port: int) -> None:
        """Give up a port that somebody else was quicker to take: whatever listens there is not ours."""
        self._ever.discard(port)
        self.release(port)

    def release(self, port: int) -> None:
        claim = self._claims.pop(port, None)
        if claim is not None:
            claim.close()

    def _claim(self, port: int) -> bool:
        claim = _reserve(port)
        if claim is None and sys.platform == "linux":
            return False
        if not _is_free(port):
            if claim is not None:
                claim.close()
            return False
        self._claims[port] = claim
        return True


def _reserve(port: int) -> socket.socket | None:
    """Hold the name of a port against other stages on this machine, where the system has names without files."""
    if sys.platform != "linux":
        return None
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0dovetail-port-{port}")
    except OSError:
        claim.close()
        return None
    return claim


def _is_free(port: int) -> bool:
    for family, host in ((socket.AF_INET, ""), (socket.AF_INET6, "")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
    return True
