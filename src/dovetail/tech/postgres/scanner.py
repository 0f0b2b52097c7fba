"""Messages picked out of one direction of a PostgreSQL connection, whatever the portions. Used by tap.

What is big or not wanted is skipped, not kept.
"""

from collections.abc import Iterator
from struct import Struct

KEPT = 8192
HEADER_SIZE, READY_SIZE, SYNC_SIZE = 5, 6, 5
_HEADER = Struct("!BI")
_LENGTH_SIZE = 4
_ROW, _DONE = b"DC"
_COLUMNS = frozenset(b"Tn")
_PARSE, _BIND, _UNNAMED = b"PB\0"
_READY = b"Z\0\0\0\5"
_PARSED, _BOUND = b"1\0\0\0\4", b"2\0\0\0\4"
_EXECUTE, _SYNC = b"E\0\0\0\x09\0", b"S\0\0\0\4"
_LIMIT_SIZE = 4
_EXECUTIONS = frozenset({_EXECUTE, b"D\0\0\0\6P\0" + _EXECUTE})
_EXECUTED_AT_LEAST = len(_EXECUTE) + _LIMIT_SIZE + SYNC_SIZE


class UnknownBytesError(Exception):
    """These bytes are no PostgreSQL messages."""


class Scanner:
    """Yields (kind, body) of the kinds in `wanted`, bodies cut at KEPT bytes; counts what passes.

    `position` is the number of bytes up to the end of the message yielded last.
    `rows` is the number of rows since its reader set it to 0.
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

    def take_query(self, data: bytes) -> bytes | None:
        """Return the body of the one query that `data` is; all else is for `scan`."""
        if self._tail or self._skipped or not data.startswith(b"Q") or not HEADER_SIZE < len(data) <= KEPT:
            return None
        if int.from_bytes(data[1:HEADER_SIZE], "big") + 1 != len(data):
            return None
        self._begin = self.position = self._begin + len(data)
        return data[HEADER_SIZE:]

    def take_parse(self, data: bytes) -> bytes | None:
        """Return the body of the Parse that `data` begins with, for what follows to be taken next."""
        if self._tail or self._skipped or len(data) < HEADER_SIZE or data[0] != _PARSE:
            return None
        after = 1 + _HEADER.unpack_from(data)[1]
        if not HEADER_SIZE < after <= min(len(data), KEPT):
            return None
        self._begin = self.position = self._begin + after
        return data[HEADER_SIZE:after]

    def take_run(self, data: bytes) -> bytes | None:
        """Return the name of the statement which `data` binds, executes and syncs; all else is for `scan`."""
        if self._tail or self._skipped or not data.endswith(_SYNC):
            return None
        kind, length = _HEADER.unpack_from(data)
        if kind != _BIND or data[HEADER_SIZE] != _UNNAMED:
            return None
        end = len(data)
        to_limit = end - SYNC_SIZE - _LIMIT_SIZE
        if length + 1 > end - _EXECUTED_AT_LEAST or data[length + 1 : to_limit] not in _EXECUTIONS:
            return None
        name = HEADER_SIZE + 1
        after = data.find(0, name, min(length + 1, KEPT))
        if after < 0:
            return None
        self._begin = self.position = self._begin + end
        return data[name:after]

    def take_parsed(self, data: bytes) -> bytes | None:
        """Return what follows the ParseComplete that `data` begins with."""
        if self._tail or self._skipped or not data.startswith(_PARSED):
            return None
        self._begin = self.position = self._begin + len(_PARSED)
        return data[len(_PARSED) :]

    def take_answer(self, data: bytes) -> bytes | None:
        """Return the tag of the one statement's answer that `data` is, rows counted; all else is for `scan`."""
        if self._tail or self._skipped or not data.startswith(_READY, -READY_SIZE):
            return None
        at = len(_BOUND) if data.startswith(_BOUND) else 0
        end, rows, tag, read_header = len(data) - READY_SIZE, 0, b"", _HEADER.unpack_from
        while at < end:
            kind, length = read_header(data, at)
            if kind == _ROW:
                rows += 1
            elif kind == _DONE and not tag:
                tag = data[at + HEADER_SIZE : at + length]
            elif kind not in _COLUMNS:
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
        last = end - HEADER_SIZE
        while at <= last:
            kind, length = read_header(data, at)
            after = at + 1 + length
            if kind in wanted:
                kept = after if length <= KEPT else at + 1 + KEPT
                if kept > end:
                    break
                self.position = begin + after
                yield kind, data[at + HEADER_SIZE : kept]
            elif kind == row:
                self.rows += 1
            elif kind not in self._known or length < _LENGTH_SIZE:
                raise UnknownBytesError
            at = after
        self._begin = begin + at
        self._skipped = at - end if at > end else 0
        self._tail = data[at:]
