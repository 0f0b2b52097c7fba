"""`dovetail config` prints values and origins."""

import json
from pathlib import Path
from typing import Any


def test_values_and_origins_are_printed(type_: Any, folder: Path) -> None:
    (folder / "dovetail.yaml").write_text((folder / "dovetail.yaml").read_text() + "defaults: {retry: 1}\n")
    said = type_("config", "--timeout", "3s")
    assert said.code == 0
    assert "3s" in next(line for line in said.out.splitlines() if line.startswith("timeout"))
    assert "dovetail.yaml, defaults.retry" in said.out
    assert json.loads(type_("config", "--format", "json").out)["retry"]["value"] == 1


def test_a_wrong_default_is_told_under_its_line(type_: Any, folder: Path) -> None:
    (folder / "dovetail.yaml").write_text((folder / "dovetail.yaml").read_text() + "defaults: {retyr: 1}\n")
    said = type_("config")
    assert said.code == 4
    assert "did you mean `retry`?" in said.err
