"""The Redis protocol as bytes: commands written, replies read (RESP2 and RESP3) in any portions; no I/O.

Used by connection. `Refused` is a refusal, `Pushed` a message that answers no command.
"""

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

END = b"\r\n"
LINE_AT_MOST = 1 << 16


class GarbledError(Exception):
    """What came is not the Redis protocol."""


class Refused(Struct, frozen=True):
    """An error reply: its first word, and the whole."""

    code: str
    message: str


class Pushed(list["Reply"]):
    """A RESP3 push."""


Reply: TypeAlias = "bool | int | float | str | bytes | Refused | list[Reply] | dict[str, Reply] | None"


def write_command(words: Sequence[bytes]) -> bytes:
    pieces = [b"*%d\r\n" % len(words)]
    for word in words:
        pieces.append(b"$%d\r\n" % len(word))
        pieces.append(word)
        pieces.append(END)
    return b"".join(pieces)


class _Open(Struct):
    """A collection whose items are still coming."""

    kind: int
    missing: int
    items: list[Reply]


class ReplyReader:
    """Feed it bytes in any portions; it hands out whole replies in order."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = 0
        self._open: list[_Open] = []

    def feed(self, data: bytes) -> list[Reply]:
        self._buffer += data
        replies: list[Reply] = []
        while True:
            found = self._read_item()
            if found is None:
                break
            self._add(found[0], replies)
        del self._buffer[: self._at]
        self._at = 0
        return replies

    def _add(self, value: Reply, replies: list[Reply]) -> None:
        """Put a value where it belongs; each collection that it fills is itself a value one level up."""
        while self._open:
            top = self._open[-1]
            top.items.append(value)
            top.missing -= 1
            if top.missing:
                return
            self._open.pop()
            if top.kind == ord("|"):
                return
            value = _close(top)
        replies.append(value)

    def _read_item(self) -> tuple[Reply] | None:
        """Read one scalar or empty collection; None where more bytes are needed. Opened collections are kept aside."""
        while True:
            end = self._buffer.find(END, self._at)
            if end < 0:
                if len(self._buffer) - self._at > LINE_AT_MOST:
                    raise GarbledError("a line without an end")
                return None
            kind, line = self._buffer[self._at], bytes(self._buffer[self._at + 1 : end])
            if kind in b"$=!":
                return self._read_bulk(kind, line, end + 2)
            self._at = end + 2
            if kind not in b"*%~>|":
                return (_read_line(kind, line),)
            count = _number(line) * (2 if kind in b"%|" else 1)
            if count < 0:
                return (None,)
            if not count:
                return (_close(_Open(kind, 0, [])),)
            self._open.append(_Open(kind, count, []))

    def _read_bulk(self, kind: int, line: bytes, begin: int) -> tuple[Reply] | None:
        length = _number(line)
        if length < 0:
            self._at = begin
            return (None,)
        if len(self._buffer) < begin + length + 2:
            return None
        body = bytes(self._buffer[begin : begin + length])
        self._at = begin + length + 2
        if kind == ord("!"):
            return (_refuse(body),)
        return (body[4:] if kind == ord("=") else body,)


def _read_line(kind: int, line: bytes) -> Reply:
    match chr(kind):
        case "+":
            return line.decode("utf-8", "replace")
        case "-":
            return _refuse(line)
        case ":" | "(":
            return _number(line)
        case ",":
            return float(line)
        case "#":
            return line == b"t"
        case "_":
            return None
    raise GarbledError(f"a reply cannot begin with {chr(kind)!r}")


def _number(line: bytes) -> int:
    try:
        return int(line)
    except ValueError:
        raise GarbledError(f"{line[:20]!r} is no number") from None


def _refuse(line: bytes) -> Refused:
    text = line.decode("utf-8", "replace")
    return Refused(text.partition(" ")[0], text)


def _close(done: _Open) -> Reply:
    if done.kind == ord("%"):
        keys = (key.decode("utf-8", "replace") if isinstance(key, bytes) else str(key) for key in done.items[::2])
        return dict(zip(keys, done.items[1::2], strict=True))
    return Pushed(done.items) if done.kind == ord(">") else done.items
