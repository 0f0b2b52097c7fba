"""A file that dovetail.yaml names and that is not there, however the services are to be started."""

import sys
from typing import Any

import pytest

SYSTEM = "system: tiny\nservices:\n  db: {technology: postgres, setup: [schema/orders, none.sql]}\n"
CHECKS = "scope: database\non: db\nchecks:\n  - {name: it answers, sql: select 1 as one, expect: {value: 1}}\n"
TOLD = """\
dovetail.yaml:3:38
  3 │   db: {technology: postgres, setup: [schema/orders, none.sql]}
    │                                      ^^^^^^^^^^^^^
  schema/orders is not there
  did you mean `schema/order`?
dovetail.yaml:3:53
"""


@pytest.fixture
def named(project: Any) -> Any:
    project.write("dovetail.yaml", SYSTEM)
    project.write("schema/order/1.sql", "create table orders (id text)")
    project.write("tests/integration/a.yaml", CHECKS)
    return project


@pytest.mark.parametrize("words", [("run",), ("run", "--dry-run"), ("up",)])
def test_it_is_told_under_its_line_before_anything_starts(named: Any, words: tuple[str, ...]) -> None:
    said = named.type(*words)
    assert (said.code, said.out) == (4, "")
    assert said.err.startswith(TOLD)
    assert not (named.folder / ".dovetail").exists()


def test_plain_pytest_tells_it_too(named: Any) -> None:
    named.command = (sys.executable, "-m")
    said = named.type("pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert said.code == 1
    assert TOLD in said.out


def test_what_needs_nothing_started_does_not_mind(named: Any) -> None:
    assert named.type("map").code == named.type("ps").code == named.type("down").code == 0
