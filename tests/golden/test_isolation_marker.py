"""Isolation asked for by a marker that cannot be obeyed."""

import sys
from typing import Any

WRONG = """
import pytest
from dovetail import Environment


@pytest.mark.isolation("rollback")
def test_leaves_something(notes: Environment) -> None:
    notes.http("app").post("/notes", json={"id": "x", "text": "x"}).expect(status=201)


@pytest.mark.isolation("rolback")
def test_says_it_wrong(notes: Environment) -> None:
    assert notes


@pytest.mark.isolation("clone", "app")
def test_clones_code(notes: Environment) -> None:
    assert notes
"""


def test_a_marker_that_cannot_be_obeyed_is_told(notes: Any) -> None:
    notes.write("tests/integration/test_notes.py", WRONG)
    notes.command = (sys.executable, "-m")
    said = notes.type("pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert said.code == 1
    assert "isolation rollback: what this does to app would stay" in said.out
    assert "there is no isolation 'rolback'" in said.out
    assert "did you mean `rollback`" in said.out
    assert "isolation clone: app (http) can be neither copied nor set back" in said.out
