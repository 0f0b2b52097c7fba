"""A pytest plugin that leaves out the Python checks a run did not ask for; `python_checks` loads it in that pytest.

It reads DOVETAIL_SCOPES, DOVETAIL_TAGS, DOVETAIL_TEXT and DOVETAIL_ONLY, a file with the ids to keep.
"""

import json
import os
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from dovetail.engine.selection import read_condition
from dovetail.source.location import TESTS

DEFAULT_SCOPE = "services"
TEARDOWN = "/teardown"
COLLECTED = b"collected\n"


class Marker(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def args(self) -> tuple[object, ...]: ...


class Item(Protocol):
    """What is asked of a test that pytest has collected."""

    name: str
    path: Path

    @property
    def nodeid(self) -> str: ...

    def get_closest_marker(self, name: str) -> Marker | None: ...

    def iter_markers(self) -> Iterable[Marker]: ...


class Hooks(Protocol):
    def pytest_deselected(self, *, items: list[Item]) -> None: ...


class Config(Protocol):
    hook: Hooks


def pytest_collection_modifyitems(config: Config, items: list[Item]) -> None:
    """Keep what the run asked for."""
    asked = read_asked(os.environ)
    kept: list[Item] = []
    left_out: list[Item] = []
    for item in items:
        (kept if asked.means(item) else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept
    tell_collected(os.environ.get("DOVETAIL_EVENTS", ""))


def tell_collected(path: str) -> None:
    """Let the run know that there is nothing wrong where nothing is left to be played."""
    if path:
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(path)
            door.sendall(COLLECTED)


def read_asked(environ: Mapping[str, str]) -> "Asked":
    only = environ.get("DOVETAIL_ONLY", "")
    return Asked(
        frozenset(filter(None, environ.get("DOVETAIL_SCOPES", "").split(","))),
        environ.get("DOVETAIL_TAGS", ""),
        environ.get("DOVETAIL_TEXT", ""),
        frozenset(json.loads(Path(only).read_text(encoding="utf-8"))) if only else None,
    )


class Asked:
    """What a run asked for; empty means everything, `ids` is None where none were named."""

    def __init__(self, scopes: frozenset[str], tags: str, text: str, ids: frozenset[str] | None) -> None:
        self._scopes = scopes
        self._has_tags = read_condition(tags) if tags else None
        self._says = read_condition(text) if text else None
        self._ids = ids

    def means(self, item: Item) -> bool:
        if self._ids is not None and self._ids.isdisjoint((id_of(item), id_of(item) + TEARDOWN)):
            return False
        if self._scopes and scope_of(item) not in self._scopes:
            return False
        if self._has_tags is not None and not self._has_tags(
            {marker.name for marker in item.iter_markers()}.__contains__
        ):
            return False
        spoken = f"{item.name.replace('_', ' ')} {id_of(item)}".lower()
        return self._says is None or self._says(lambda word: word.lower() in spoken)


def scope_of(item: Item) -> str:
    marker = item.get_closest_marker("scope")
    return str(marker.args[0]) if marker is not None and marker.args else DEFAULT_SCOPE


def id_of(item: Item, folder: Path | None = None) -> str:
    """Return the id that the run knows the test by: its file below the tests' folder, its class and its name."""
    suite = (folder or Path.cwd()) / TESTS
    stem = item.path.relative_to(suite) if item.path.is_relative_to(suite) else Path(item.path.name)
    return f"{stem.with_suffix('').as_posix()}/{item.nodeid.partition('::')[2]}"
