"""How a value is shown on one short line, and where two texts part; called by the judge for its mismatches."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

import msgspec

WIDTH = 120
LEAD = 24


class Phrase(str):
    """A text of ours about a value, shown without quotes."""

    __slots__ = ()


def show(value: object, width: int = WIDTH) -> str:
    """Return the value on one line, cut after `width` characters."""
    text = ""
    for piece in _pieces(value):
        text += piece
        if len(text) > width:
            return text[: width - 1] + "…"
    return text


def show_pair(expected: object, got: object) -> tuple[str, str, str]:
    """Return both values for people, and where two texts part; long texts are cut around that spot."""
    if type(expected) is not str or type(got) is not str:
        return show(expected), show(got), ""
    spot = first_difference(expected, got)
    where = _where(expected, got, spot)
    if max(len(expected), len(got)) <= WIDTH - 2:
        return show(expected), show(got), where
    return _around(expected, spot), _around(got, spot), where


def first_difference(one: str, other: str) -> int:
    """Return the index of the first character in which the texts differ."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def kind_of(value: object) -> str:
    """Return what sort of value it is, in a tester's words."""
    for kinds, words in KINDS_OF_VALUES:
        if isinstance(value, kinds):
            return words
    return "a list" if isinstance(value, list | tuple) else str(value)


KINDS_OF_VALUES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "null"),
    (bool, "a bool"),
    (str, "a text"),
    (bytes, "bytes"),
    (Mapping, "an object"),
    ((list, tuple), "a list"),
    ((datetime, date), "a time"),
    (timedelta, "a duration"),
    (object, "a number"),
)


def _pieces(value: object) -> Iterator[str]:
    if isinstance(value, Phrase):
        yield str(value)
    elif isinstance(value, str):
        yield _quote(value[: WIDTH * 2])
    elif isinstance(value, bytes):
        yield _bytes(value)
    elif isinstance(value, Mapping):
        yield "{"
        for index, (key, item) in enumerate(value.items()):
            yield f"{', ' if index else ''}{key}: "
            yield from _pieces(item)
        yield "}"
    elif isinstance(value, list | tuple):
        yield "["
        for index, item in enumerate(value):
            if index:
                yield ", "
            yield from _pieces(item)
        yield "]"
    else:
        yield _scalar(value)


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _bytes(value: bytes) -> str:
    try:
        return "bytes " + _quote(value[: WIDTH * 2].decode())
    except UnicodeDecodeError:
        return f"{len(value)} bytes {value[: WIDTH // 2].hex(' ')}"


def _quote(text: str) -> str:
    """Write a text as JSON does; half a pair of surrogates, which no byte can stand for, becomes a question mark."""
    return msgspec.json.encode(text.encode(errors="replace").decode()).decode()


def _around(text: str, spot: int) -> str:
    start = max(0, spot - LEAD)
    end = start + WIDTH - 4
    head = "…" if start else ""
    tail = "…" if end < len(text) else ""
    return head + _quote(text[start:end]) + tail


def _where(expected: str, got: str, spot: int) -> str:
    if len(expected) < LEAD and len(got) < LEAD and "\n" not in expected + got:
        return ""
    if spot == len(got):
        return f"got ends after character {spot}"
    if spot == len(expected):
        return f"got goes on after character {spot}"
    line = got.count("\n", 0, spot) + 1
    column = spot - (got.rfind("\n", 0, spot) + 1) + 1
    return f"differs from line {line}, character {column} on" if line > 1 else f"differs from character {spot + 1} on"
