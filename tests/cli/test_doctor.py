"""`dovetail doctor` ends with 6 where the project misses something."""

import json
from pathlib import Path
from typing import Any


def test_a_project_with_all_it_needs_is_fine(type_: Any) -> None:
    said = type_("doctor")
    assert said.code == 0
    assert "✓ app" in said.out


def test_a_missing_program_ends_with_6(type_: Any, folder: Path) -> None:
    (folder / "dovetail.yaml").write_text("system: s\nservices: {a: {run: no-such-program}}\n")
    assert type_("doctor").code == 6
    findings = json.loads(type_("doctor", "--format", "json").out)
    assert {finding["subject"]: finding["health"] for finding in findings}["a"] == "missing"


def test_without_a_project_it_looks_at_everything(type_: Any, folder: Path) -> None:
    (folder / "dovetail.yaml").unlink()
    (folder / ".git").mkdir()
    said = type_("doctor")
    assert said.code == 0
    assert "dovetail init" in said.out
