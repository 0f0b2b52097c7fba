"""Messages picked out of one direction of a PostgreSQL connection, whatever the portions. Used by tap.

What is big or not wanted is skipped, not kept.
"""

from collections.abc import Iterator
from struct import Struct

KEPT = 8192
_HEADER = Struct("!BI")
_ROW = ord("D")


class UnknownBytesError(Exception):
    """These bytes are no PostgreSQL messages."""


class Scanner:
    """Yields (kind, body) of the kinds in `wanted`, bodies cut at KEPT bytes; counts what passes.

    `position` is the number of bytes up to the end of the message yielded last, `rows` that of rows not yet taken.
    """

    def __init__(self, wanted: bytes, known: bytes, *, counts_rows: bool = False) -> None:
        self.position = 0
        self.rows = 0
        self._wanted = frozenset(wanted)
        self._known = frozenset(known)
        self._row = _ROW if counts_rows else -1
        self._begin = 0
        self._skipped = 0
        self._tail = b""

    def take_rows(self) -> int:
        rows, self.rows = self.rows, 0
        return rows

    def scan(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        if self._skipped >= len(data):
            self._skipped -= len(data)
            return
        if self._skipped:
            data, self._skipped = data[self._skipped :], 0
        elif self._tail:
            data = self._tail + data
        at, end = 0, len(data)
        while end - at >= _HEADER.size:
            kind, length = _HEADER.unpack_from(data, at)
            if kind == self._row:
                self.rows += 1
            elif kind in self._wanted:
                kept = at + 1 + min(length, KEPT)
                if kept > end:
                    break
                self.position = self._begin + at + 1 + length
                yield kind, data[at + 5 : kept]
            elif kind not in self._known or length < _HEADER.size - 1:
                raise UnknownBytesError
            at += 1 + length
        self._begin += at
        self._skipped = max(0, at - end)
        self._tail = data[at:]
