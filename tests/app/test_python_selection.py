"""Which Python checks a run asks for, as a table."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dovetail.app.python_selection import Hooks, Item, pytest_collection_modifyitems, read_asked


@dataclass
class Mark:
    name: str
    args: tuple[object, ...] = ()


@dataclass
class Test:
    __test__ = False
    name: str
    marks: list[Mark] = field(default_factory=list)
    path: Path = field(default_factory=lambda: Path.cwd() / "tests/integration/orders/test_orders.py")

    @property
    def nodeid(self) -> str:
        return f"tests/integration/orders/test_orders.py::{self.name}"

    def get_closest_marker(self, name: str) -> Mark | None:
        return next((mark for mark in self.marks if mark.name == name), None)

    def iter_markers(self) -> list[Mark]:
        return self.marks


class Leaving:
    """Remembers what was left out."""

    def __init__(self, left_out: list[Item]) -> None:
        self._left_out = left_out

    def pytest_deselected(self, *, items: list[Item]) -> None:
        self._left_out.extend(items)


@dataclass
class TestConfig:
    __test__ = False
    hook: Hooks


PLAIN = Test("test_an_order_is_made")
MARKED = Test("test_a_row_is_kept", [Mark("scope", ("database",)), Mark("critical")])


@pytest.mark.parametrize(
    ("variables", "kept"),
    [
        ({}, [PLAIN, MARKED]),
        ({"DOVETAIL_SCOPES": "api,services"}, [PLAIN]),
        ({"DOVETAIL_SCOPES": "database"}, [MARKED]),
        ({"DOVETAIL_TAGS": "critical"}, [MARKED]),
        ({"DOVETAIL_TAGS": "not critical"}, [PLAIN]),
        ({"DOVETAIL_TEXT": "an order is"}, [PLAIN]),
    ],
)
def test_what_was_not_asked_for_is_left_out(variables: dict[str, str], kept: list[Item]) -> None:
    asked = read_asked(variables)
    assert [item for item in (PLAIN, MARKED) if asked.means(item)] == kept


@pytest.mark.parametrize("ending", ["", "/teardown"])
def test_only_what_failed_is_kept_where_that_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    only = tmp_path / "only.json"
    only.write_text(json.dumps([f"orders/test_orders/test_a_row_is_kept{ending}", "a-yaml-check"]))
    monkeypatch.setenv("DOVETAIL_ONLY", str(only))
    left_out: list[Item] = []

    items: list[Item] = [PLAIN, MARKED]
    pytest_collection_modifyitems(TestConfig(Leaving(left_out)), items)
    assert (items, left_out) == ([MARKED], [PLAIN])
