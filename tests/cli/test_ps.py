"""`dovetail ps` lists services with their addresses."""

import json
from typing import Any


def test_services_are_listed_with_state_and_address(running: Any) -> None:
    said = running("ps")
    row = next(line for line in said.out.splitlines() if line.startswith("  app"))
    assert "ready" in row
    assert "http://127.0.0.1:" in row
    assert json.loads(running("ps", "--format", "json").out)[0]["services"][0]["service"] == "app"
    assert "tiny" in running("ps", "--all").out


def test_nothing_running_says_how_to_start(type_: Any) -> None:
    assert "dovetail up" in type_("ps").out
