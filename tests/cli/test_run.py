"""`dovetail run` in this process; whole runs stand in tests/golden."""

from typing import Any


def test_a_run_tells_its_reports_and_its_exit_code(type_: Any) -> None:
    said = type_("run")
    assert said.code == 0, said
    assert "1 passed" in said.out
    assert "reports  reports/" in said.out


def test_a_quiet_run_says_one_word(type_: Any) -> None:
    assert type_("run", "-q").out == "passed\n"


def test_a_dry_run_tells_the_plan(type_: Any) -> None:
    assert "it answers" in type_("run", "--dry-run").out
