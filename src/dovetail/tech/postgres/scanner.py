"""Messages picked out of one direction of a PostgreSQL connection, whatever the portions. Used by tap.

What is big or not wanted is skipped, not kept.
"""

from collections.abc import Iterator
from struct import Struct

KEPT = 8192
_HEADER = Struct("!BI")
_HEADER_SIZE, _LENGTH_SIZE = 5, 4
_ROW, _DONE, _COLUMNS = b"DCT"
_READY, _READY_SIZE = b"Z\0\0\0\5", 6


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

    def take_query(self, data: bytes) -> bytes | None:
        """Return the body of the one query that `data` is; all else is for `scan`."""
        if self._tail or self._skipped or not data.startswith(b"Q") or not _HEADER_SIZE < len(data) <= KEPT:
            return None
        if int.from_bytes(data[1:_HEADER_SIZE], "big") + 1 != len(data):
            return None
        self._begin = self.position = self._begin + len(data)
        return data[_HEADER_SIZE:]

    def take_answer(self, data: bytes) -> bytes | None:
        """Return the tag of the one query's answer that `data` is, rows counted; all else is for `scan`."""
        if self._tail or self._skipped or not data.startswith(_READY, -_READY_SIZE):
            return None
        at, end, rows, tag = 0, len(data) - _READY_SIZE, 0, b""
        while at < end:
            kind, length = _HEADER.unpack_from(data, at)
            if kind == _ROW:
                rows += 1
            elif kind == _DONE and not tag:
                tag = data[at + _HEADER_SIZE : at + length]
            elif kind != _COLUMNS:
                return None
            at += length + 1
        if at != end or not tag:
            return None
        self.rows += rows
        self._begin = self.position = self._begin + len(data)
        return tag

    def scan(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        if self._skipped:
            if self._skipped >= len(data):
                self._skipped -= len(data)
                return
            data, self._skipped = data[self._skipped :], 0
        elif self._tail:
            data = self._tail + data
        at, end = 0, len(data)
        wanted, row, begin, read_header = self._wanted, self._row, self._begin, _HEADER.unpack_from
        last = end - _HEADER_SIZE
        while at <= last:
            kind, length = read_header(data, at)
            after = at + 1 + length
            if kind in wanted:
                kept = after if length <= KEPT else at + 1 + KEPT
                if kept > end:
                    break
                self.position = begin + after
                yield kind, data[at + _HEADER_SIZE : kept]
            elif kind == row:
                self.rows += 1
            elif kind not in self._known or length < _LENGTH_SIZE:
                raise UnknownBytesError
            at = after
        self._begin = begin + at
        self._skipped = at - end if at > end else 0
        self._tail = data[at:]
