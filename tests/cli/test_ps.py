"""`dovetail ps` lists services with their addresses."""

import io
import json
from typing import Any

from dovetail.app.warm import RunningStage
from dovetail.cli.ps import describe, hide_passwords, write_stages
from dovetail.environment.order import StageInfo
from dovetail.environment.stage import ServiceState

INFO = StageInfo("1", "k", "shop", "/shop", "local", is_direct=False, is_kept=True, socket="/s", started_at=0.0)
DOOR = "postgresql://postgres:s3cret@127.0.0.1:5432/db"


def test_services_are_listed_with_state_and_address(running: Any) -> None:
    said = running("ps")
    row = next(line for line in said.out.splitlines() if line.startswith("  app"))
    assert "ready" in row
    assert "http://127.0.0.1:" in row
    assert json.loads(running("ps", "--format", "json").out)[0]["services"][0]["service"] == "app"
    assert "tiny" in running("ps", "--all").out


def test_nothing_running_says_how_to_start(type_: Any) -> None:
    assert "dovetail up" in type_("ps").out


def test_passwords_are_hidden_in_the_table_and_in_json_until_they_are_asked_for(running: Any) -> None:
    stage = RunningStage(INFO, (ServiceState("db", "postgres", "ready", door=DOOR),))
    shown = io.StringIO()
    write_stages([hide_passwords(stage)], shown)
    assert "postgresql://postgres:***@127.0.0.1:5432/db" in shown.getvalue()
    assert "s3cret" not in shown.getvalue() + json.dumps(describe(hide_passwords(stage)))
    assert DOOR in json.dumps(describe(stage))
    assert running("ps", "--passwords").out.splitlines()[1:] == running("ps").out.splitlines()[1:]
