"""`dovetail up` starts, reuses, and refuses what it does not know."""

from pathlib import Path
from typing import Any

import pytest

from dovetail.cli.ps import spell_age


def test_what_is_up_is_reused_by_the_next_up_and_by_runs(running: Any, folder: Path) -> None:
    first = running("ps", "--format", "json").out
    assert running("up").code == 0
    assert running("run").code == 0
    again = running("ps", "--format", "json").out
    assert [line for line in first.splitlines() if '"pid"' in line] == [
        line for line in again.splitlines() if '"pid"' in line
    ]
    assert (folder / ".dovetail").exists()


def test_an_unknown_service_names_the_nearest(type_: Any) -> None:
    said = type_("up", "ap")
    assert (said.code, "did you mean `app`?" in said.err) == (4, True)


@pytest.mark.parametrize(("seconds", "told"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7200, "2 h"), (200000, "2 d")])
def test_ages_are_told_in_their_largest_unit(seconds: float, told: str) -> None:
    assert spell_age(seconds) == told
