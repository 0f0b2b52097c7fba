"""Values as users write and services answer them, and where each stands in the user's file."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct

Scalar: TypeAlias = bool | int | float | str | bytes | Decimal | datetime | date | timedelta | UUID | None
Data: TypeAlias = "Scalar | Sequence[Data] | Mapping[str, Data]"
Path: TypeAlias = "tuple[str | int, ...]"


class Place(Struct, frozen=True):
    """A spot in a user's file; line and column count from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


NOWHERE = Place("", 0, 0)

# What holds nothing else, and is asked for often: built-in types by name, for an abstract one is slow to ask.
PLAIN = frozenset({int, float, bool, type(None)})
LISTS = (list, tuple)


class Bound(Struct, frozen=True):
    """A statement whose values travel beside it: `parts` has one text more than `values`, a value between each two."""

    parts: tuple[str, ...]
    values: "tuple[Data, ...]"


class Table(dict[str, Data]):
    """A mapping read from a file; `marks` holds (line, column) of each key and of its value."""

    __slots__ = ("file", "marks")

    def __init__(self, file: str = "") -> None:
        self.file = file
        self.marks: dict[str, tuple[int, int, int, int]] = {}

    def place_of_key(self, key: str) -> Place:
        line, column, _, _ = self.marks[key]
        return Place(self.file, line, column)

    def place_of_value(self, key: str) -> Place:
        _, _, line, column = self.marks[key]
        return Place(self.file, line, column)


class Row(list[Data]):
    """A list read from a file; `marks` holds (line, column) of each item."""

    __slots__ = ("file", "marks")

    def __init__(self, file: str = "") -> None:
        self.file = file
        self.marks: list[tuple[int, int]] = []

    def place_of_item(self, index: int) -> Place:
        return Place(self.file, *self.marks[index])


def locate(data: Data, path: Path) -> Place | None:
    """Return the place of the deepest written value on `path`, or None where nothing was read from a file."""
    return _locate(data, path, Table.place_of_key)


def locate_value(data: Data, path: Path) -> Place | None:
    """Return the place of the value at the end of `path`, or of the deepest above it that is written."""
    return _locate(data, path, Table.place_of_value)


def _locate(data: Data, path: Path, place_of: Callable[[Table, str], Place]) -> Place | None:
    place: Place | None = None
    for part in path:
        if isinstance(data, Table) and isinstance(part, str) and part in data.marks:
            place, data = place_of(data, part), data[part]
        elif isinstance(data, Row) and isinstance(part, int) and 0 <= part < len(data.marks):
            place, data = data.place_of_item(part), data[part]
        else:
            break
    return place
