"""`dovetail restart|pause|resume|kill` on what runs."""

import json
from typing import Any


def address(running: Any) -> str:
    return str(json.loads(running("ps", "--format", "json").out)[0]["services"][0]["address"])


def test_a_service_is_paused_resumed_killed_and_restarted_at_the_same_address(running: Any) -> None:
    before = address(running)
    assert "app is paused" in running("pause", "app").out
    assert "app is ready" in running("resume", "app").out
    assert running("kill", "app").code == 0
    assert "app is ready" in running("restart", "app").out
    assert address(running) == before


def test_an_unknown_service_and_nothing_running_are_told(type_: Any) -> None:
    said = type_("restart", "app")
    assert (said.code, "dovetail up" in said.err) == (6, True)
