"""PostgreSQL's text form of values and the plain data that expectations are written in. Used by driver and sandbox.

Numbers read as numbers (a numeric as float where that loses nothing), json as data, uuid and text as strings, dates and
times as ISO 8601 strings, timestamps with a zone in UTC, so that they sort and compare with what JSON APIs answer.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from dovetail.model.data import Data

JSON_TYPES = frozenset({114, 3802})
BOOL, INT8, TEXT, NUMERIC = 16, 20, 25, 1700

_ARRAY_OF = {
    1000: BOOL,
    1001: 17,
    1005: 21,
    1007: 23,
    1016: INT8,
    1021: 700,
    1022: 701,
    1231: NUMERIC,
    199: 114,
    3807: 3802,
    1115: 1114,
    1185: 1184,
    1009: TEXT,
    1015: TEXT,
    1014: TEXT,
    1002: TEXT,
    1003: TEXT,
    2951: TEXT,
    1182: TEXT,
    1183: TEXT,
    1041: TEXT,
}
_ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|([^",{}]+)|([{},])')


def decode(text: bytes | None, oid: int) -> Data:
    """Read what the server wrote for a value of the type `oid`."""
    if text is None:
        return None
    if oid in _ARRAY_OF:
        return _decode_array(text.decode(), _ARRAY_OF[oid])
    reader = _READERS.get(oid)
    return reader(text.decode()) if reader else text.decode("utf-8", "replace")


def encode(value: Data, oid: int = 0) -> bytes | None:
    """Write a value so that the server can read it as whatever type its place has."""
    if value is None:
        return None
    if oid in JSON_TYPES and not isinstance(value, str):
        return write_json(value).encode()
    return write(value).encode()


def write(value: Data) -> str:
    if isinstance(value, Mapping):
        return write_json(value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return "{" + ",".join(_write_item(item) for item in value) + "}"
    return _write_scalar(value)


def write_json(value: Data) -> str:
    return json.dumps(value, default=_write_odd, ensure_ascii=False)


def guess_type(value: Data) -> int:
    """Name the type of a value in a place that leaves it open, such as an argument of jsonb_build_object."""
    match value:
        case bool():
            return BOOL
        case int():
            return INT8
        case float() | Decimal():
            return NUMERIC
        case Mapping():
            return 3802
    return TEXT


def _write_scalar(value: Data) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case bytes():
            return "\\x" + value.hex()
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds()} seconds"
    return str(value)


def _write_odd(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | UUID | timedelta):
        return write(value)
    raise TypeError(f"{type(value).__name__} cannot stand in JSON")


def _write_item(item: Data) -> str:
    if item is None:
        return "NULL"
    if isinstance(item, Sequence) and not isinstance(item, str | bytes):
        return write(item)
    return '"' + write(item).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _decode_number(text: str) -> Data:
    if text.lstrip("-").isdigit():
        return int(text)
    exact = Decimal(text)
    near = float(exact)
    return near if not exact.is_finite() or Decimal(repr(near)) == exact else exact


def _decode_zoned(text: str) -> str:
    """Bring 2026-01-02 03:04:05.6+01 to 2026-01-02T02:04:05.600000Z; what Python cannot hold stays as written."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return text


def _decode_array(text: str, oid: int) -> Data:
    stack: list[list[Data]] = [[]]
    for match in _ITEM.finditer(text[text.find("{") :]):
        quoted, bare, mark = match.groups()
        if mark == "{":
            stack.append([])
        elif mark == "}":
            closed = stack.pop()
            stack[-1].append(closed)
        elif bare is not None:
            stack[-1].append(None if bare == "NULL" else decode(bare.encode(), oid))
        elif quoted is not None:
            stack[-1].append(decode(re.sub(r"\\(.)", r"\1", quoted).encode(), oid))
    return stack[0][0] if stack[0] else []


_READERS: Mapping[int, Callable[[str], Data]] = {
    BOOL: lambda text: text == "t",
    17: lambda text: bytes.fromhex(text[2:]) if text.startswith("\\x") else text.encode(),
    INT8: int,
    21: int,
    23: int,
    26: int,
    114: json.loads,
    700: float,
    701: float,
    1114: lambda text: text.replace(" ", "T", 1),
    1184: _decode_zoned,
    NUMERIC: _decode_number,
    3802: json.loads,
}
