"""A path through an answer, such as `json.items[0].sku`: read, shown and followed; called for `save` and templates."""

import re
from collections.abc import Mapping, Sequence
from typing import TypeGuard

from dovetail.errors import Problem, SuiteError
from dovetail.errors.nearest import suggest
from dovetail.model.data import NOWHERE, Data, Path, Place

PART = r"""\.?(?P<name>[A-Za-z_$@][\w$@-]*|\d+)|\[(?P<index>-?\d+)\]|\[(?P<quote>["'])(?P<key>.*?)(?P=quote)\]"""
PLAIN_KEY = r"[A-Za-z_$@][\w$@-]*"


def parse_route(text: str) -> Path:
    """Read `name.key[0]["any key"]`; a SuiteError names the spot that cannot be read."""
    part = re.compile(PART)
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        found = part.match(text, position)
        if found is None or (found["name"] is not None and (text[position] == ".") == (position == 0)):
            raise SuiteError(
                Problem(
                    f"{text!r} is no path: it cannot be read from {text[position:]!r} on",
                    'write it like json.items[0].sku or headers["x-id"]',
                )
            )
        if found["name"] is not None:
            parts.append(found["name"])
        else:
            parts.append(int(found["index"]) if found["index"] is not None else found["key"])
        position = found.end()
    return tuple(parts)


def show_route(path: Path) -> str:
    """Return the path as a user would write it."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif re.fullmatch(PLAIN_KEY, part):
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text


def follow(value: Data, path: Path, start: str = "", place: Place = NOWHERE) -> Data:
    """Return what stands at the end of `path`; a SuiteError names the nearest key where it ends too early.

    `start` is what the value itself is called in that message.
    """
    here = value
    for depth, part in enumerate(path):
        if isinstance(here, Mapping) and str(part) in here:
            here = here[str(part)]
        elif is_list(here) and (index := _index(part)) is not None and -len(here) <= index < len(here):
            here = here[index]
        else:
            raise SuiteError(_explain(here, path, depth, start, place))
    return here


def take(facets: Mapping[str, Data], route: str, place: Place = NOWHERE) -> Data:
    """Return one value of an answer, for `save`: `route` starts with the facet's name."""
    return follow(facets, parse_route(route), "the answer", place)


def is_list(value: object) -> TypeGuard[Sequence[Data]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _index(part: str | int) -> int | None:
    if isinstance(part, int):
        return part
    return int(part) if part.isdecimal() else None


def _explain(here: Data, path: Path, depth: int, start: str, place: Place) -> Problem:
    whole = show_route(path[:depth])
    owner = f"{start}.{whole}" if start and whole and not start.startswith("the ") else whole or start
    part = path[depth]
    if isinstance(here, Mapping):
        what, now = f"{owner} has no {part}", suggest(str(part), map(str, here))
    elif is_list(here):
        what, now = f"{owner} has no item {part}", f"it has {len(here)} items, counted from 0"
    else:
        what, now = f"{owner} is {_kind(here)}, so it has no {part}", "end the path before it"
    return Problem(what, now, place.file, place.line, place.column)


def _kind(value: Data) -> str:
    return "null" if value is None else f"a plain value ({type(value).__name__})"
