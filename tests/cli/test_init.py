"""`dovetail init` writes a pair that runs green."""

from pathlib import Path
from typing import Any


def test_what_init_writes_runs_green(type_: Any, folder: Path) -> None:
    fresh = folder / "fresh"
    fresh.mkdir()
    said = type_("init", "fresh")
    assert said.code == 0
    assert "next  dovetail run" in said.out
    ran = type_("run", "--file", "fresh")
    assert ran.code == 0, ran


def test_a_second_init_touches_nothing(type_: Any) -> None:
    said = type_("init")
    assert said.code == 4
    assert "is there already" in said.err
