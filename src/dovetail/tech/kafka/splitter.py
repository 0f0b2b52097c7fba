"""Cuts a stream of bytes into the protocol's frames, however they arrive. Used by the tap, one for each direction."""

from collections.abc import Iterator

from dovetail.tech.kafka.frame import FrameError

_PREFIX = 4
_SMALLEST = 4
# Far beyond what brokers are set to take (100 MiB by default), and less than TLS or text read as a size.
_BIGGEST = 256 << 20


class Splitter:
    """Keeps at most `kept` bytes of a frame, the first ones; the rest is only counted."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._head = bytearray()
        self._missing = 0
        self._size = -1

    def feed(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        """Give each frame that is whole now, as (its first bytes, its size); raises FrameError."""
        at = 0
        while at < len(data):
            if self._size < 0:
                at += self._read_size(data, at)
                continue
            here = min(self._missing, len(data) - at)
            room = self._kept - len(self._head)
            if room > 0:
                self._head += data[at : at + min(here, room)]
            self._missing -= here
            at += here
            if not self._missing:
                head, size = bytes(self._head), self._size
                self._head.clear()
                self._size = -1
                yield head, size

    def _read_size(self, data: bytes, at: int) -> int:
        wanted = _PREFIX - len(self._head)
        piece = data[at : at + wanted]
        self._head += piece
        if len(self._head) == _PREFIX:
            self._size = self._missing = int.from_bytes(self._head, "big", signed=True)
            self._head.clear()
            if not _SMALLEST <= self._size <= _BIGGEST:
                raise FrameError(f"a frame of {self._size} bytes")
        return len(piece)
