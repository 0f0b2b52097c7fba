"""The PostgreSQL v3 protocol as bytes: messages built, cut from a stream, read; no I/O. Used by connection and tap."""

import struct
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

STARTUP = 196608
SSL_REQUEST = 80877103
GSS_REQUEST = 80877104
CANCEL_REQUEST = 80877102

_HEADER = struct.Struct("!cI")
_LENGTH = struct.Struct("!i")
_COUNT = struct.Struct("!H")
_COLUMN = struct.Struct("!IHIHIH")


class Column(Struct, frozen=True):
    name: str
    type: int


class Refusal(Struct, frozen=True):
    """An error as the server tells it; `position` counts characters of the statement from 1, 0 where unknown."""

    code: str
    message: str
    severity: str = "ERROR"
    detail: str = ""
    hint: str = ""
    position: int = 0
    schema: str = ""
    table: str = ""
    column: str = ""
    constraint: str = ""

    def __str__(self) -> str:
        return f"{self.severity} {self.code}: {self.message}"


class Result(Struct):
    """What one statement brought: rows as the server's text, or the data of a COPY."""

    columns: tuple[Column, ...] = ()
    rows: list[tuple[bytes | None, ...]] = field(default_factory=list)
    tag: str = ""
    data: bytearray = field(default_factory=bytearray)


def build_startup(options: Sequence[tuple[str, str]]) -> bytes:
    body = b"".join(_text(key) + _text(value) for key, value in options) + b"\0"
    return struct.pack("!II", len(body) + 8, STARTUP) + body


def build_request(code: int, rest: bytes = b"") -> bytes:
    """Build a message without a kind, as sent before or instead of the startup."""
    return struct.pack("!II", len(rest) + 8, code) + rest


def build_message(kind: bytes, body: bytes = b"") -> bytes:
    return _HEADER.pack(kind, len(body) + 4) + body


def build_query(sql: str) -> bytes:
    return build_message(b"Q", _text(sql))


def build_parse(sql: str, types: Sequence[int] = ()) -> bytes:
    listed = b"".join(struct.pack("!I", each) for each in types)
    return build_message(b"P", b"\0" + _text(sql) + _COUNT.pack(len(types)) + listed)


def build_execution(values: Sequence[bytes | None]) -> bytes:
    """Bind the unnamed statement to values in text form, ask for its columns, run it to its end."""
    bound = b"".join(_LENGTH.pack(-1) if value is None else _LENGTH.pack(len(value)) + value for value in values)
    bind = build_message(b"B", b"\0\0\0\0" + _COUNT.pack(len(values)) + bound + b"\0\0")
    return bind + build_message(b"D", b"P\0") + build_message(b"E", b"\0\0\0\0\0")


def build_statement(sql: str) -> bytes:
    return build_parse(sql) + build_execution(())


DESCRIBE = build_message(b"D", b"S\0")
SYNC = build_message(b"S")
TERMINATE = build_message(b"X")
COPY_DONE = build_message(b"c")


def cut_messages(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Yield and remove every whole message (kind, body) at the start of the buffer."""
    start, end = 0, len(buffer)
    try:
        while end - start >= _HEADER.size:
            after = start + 1 + int.from_bytes(buffer[start + 1 : start + 5], "big")
            if after > end:
                return
            yield buffer[start], bytes(buffer[start + 5 : after])
            start = after
    finally:
        del buffer[:start]


def read_refusal(body: bytes) -> Refusal:
    said = {part[:1]: part[1:].decode("utf-8", "replace") for part in body.split(b"\0") if part}
    return Refusal(
        code=said.get(b"C", ""),
        message=said.get(b"M", ""),
        severity=said.get(b"V") or said.get(b"S", "ERROR"),
        detail=said.get(b"D", ""),
        hint=said.get(b"H", ""),
        position=int(said.get(b"P", "0") or 0),
        schema=said.get(b"s", ""),
        table=said.get(b"t", ""),
        column=said.get(b"c", ""),
        constraint=said.get(b"n", ""),
    )


def read_columns(body: bytes) -> tuple[Column, ...]:
    columns: list[Column] = []
    offset = _COUNT.size
    for _ in range(_COUNT.unpack_from(body)[0]):
        end = body.index(0, offset)
        oid = _COLUMN.unpack_from(body, end + 1)[2]
        columns.append(Column(body[offset:end].decode("utf-8", "replace"), oid))
        offset = end + 1 + _COLUMN.size
    return tuple(columns)


def read_row(body: bytes) -> tuple[bytes | None, ...]:
    values: list[bytes | None] = []
    offset = _COUNT.size
    for _ in range(_COUNT.unpack_from(body)[0]):
        (length,) = _LENGTH.unpack_from(body, offset)
        offset += _LENGTH.size
        if length < 0:
            values.append(None)
        else:
            values.append(body[offset : offset + length])
            offset += length
    return tuple(values)


def read_types(body: bytes) -> tuple[int, ...]:
    (count,) = _COUNT.unpack_from(body)
    return struct.unpack_from(f"!{count}I", body, _COUNT.size)


def read_text(body: bytes, offset: int = 0) -> str:
    """Read a text that ends with a zero byte, or with the body where it was cut."""
    return body[offset:].partition(b"\0")[0].decode("utf-8", "replace")


def _text(value: str) -> bytes:
    return value.encode() + b"\0"
