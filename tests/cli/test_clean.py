"""`dovetail clean` forgets runs where asked to."""

from pathlib import Path
from typing import Any

import pytest


@pytest.mark.usefixtures("broom")
def test_runs_are_forgotten_where_asked(type_: Any, folder: Path) -> None:
    type_("run")
    assert list(folder.glob(".dovetail/runs/*"))
    said = type_("clean", "--runs")
    assert said.code == 0
    assert "removed run " in said.out
    assert not list(folder.glob(".dovetail/runs/*"))
