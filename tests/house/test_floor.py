"""Imports go down the list of floors only; the list is the table in ARCHITECTURE.md."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

Modules = tuple[Any, ...]

GROUND = ("errors", "model")
VALUES = "msgspec"

# The package's own names and `python -m dovetail`: they hand on to the rooms.
DOORS = {"", "__main__"}


def read_table(page: str) -> Mapping[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for left, right in re.findall(r"^\| (`[^|]+) \| ([^|]+) \|$", page, re.MULTILINE):
        rooms = re.findall(r"`([a-z_]+)(?:/<x>)?`", left)
        allowed = frozenset(re.findall(r"`([a-z_]+)`", right.split(";")[0]))
        if "everything above" in right:
            allowed = frozenset(table) | {"tech"}
        table.update(dict.fromkeys(rooms, allowed))
    return table


@pytest.fixture(scope="session")
def floors(root: Path) -> Mapping[str, frozenset[str]]:
    return read_table((root / "ARCHITECTURE.md").read_text(encoding="utf-8"))


def test_every_room_stands_in_the_table(modules: Modules, floors: Mapping[str, frozenset[str]]) -> None:
    rooms = {module.room.split(".")[0] for module in modules} - DOORS
    assert rooms == set(floors)


def test_no_import_goes_up_or_sideways(
    modules: Modules, names: frozenset[str], floors: Mapping[str, frozenset[str]]
) -> None:
    wrong = []
    for module in modules:
        floor = module.room.split(".")[0]
        for imported in module.imported(names):
            parts = imported.split(".")
            other = parts[1] if len(parts) > 1 else ""
            is_own = ".".join(parts[1:3]) == module.room if floor == "tech" else other == floor
            if other and floor not in DOORS and not is_own and other not in floors[floor]:
                wrong.append(f"{module.name} imports {imported}")
    assert not wrong


def test_the_ground_floors_stand_on_the_standard_library_and_its_values_alone(modules: Modules) -> None:
    wrong = [
        f"{module.name} imports {library}"
        for module in modules
        if module.room in GROUND
        for library in module.foreign()
        if library not in sys.stdlib_module_names | {VALUES, "dovetail"}
    ]
    assert not wrong


def test_only_the_app_and_the_registry_name_concrete_technologies(modules: Modules, root: Path) -> None:
    technologies = [path.name for path in (root / "src/dovetail/tech").iterdir() if (path / "sheet.py").exists()]
    spoken = [name for name in technologies if name not in ("http", "process")]
    wrong = [
        f"{module.name} says {name}"
        for module in modules
        if module.room in ("engine", "environment", "edge", "plugin", "check", "journal")
        for name in spoken
        if re.search(rf"""["']{name}["'.]""", module.text)
    ]
    assert not wrong
