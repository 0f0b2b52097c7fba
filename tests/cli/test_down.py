"""`dovetail down` proves that nothing is left."""

import json
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import run
from typing import Any

import pytest

COMMAND = (sys.executable, "-c", "from dovetail.cli.main import enter; enter()", "down")


def test_what_was_up_is_down_and_nothing_is_left(running: Any) -> None:
    said = running("down")
    assert (said.code, said.out) == (0, "tiny · local is down, nothing is left\n")
    assert running("down").out == "nothing was running\n"


def test_two_who_tear_down_at_once_both_find_nothing_left(running: Any, folder: Path) -> None:
    with ThreadPoolExecutor() as pool:
        ended = list(pool.map(lambda _: run(COMMAND, cwd=folder, capture_output=True, text=True, check=False), "12"))
    assert [(said.returncode, said.stderr) for said in ended] == [(0, ""), (0, "")]
    assert running("ps").out.startswith("nothing is running")


def test_a_frozen_environment_is_listed_as_such_and_ended_all_the_same(
    running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dovetail.environment.remote.SECONDS_TO_ANSWER", 0.3)
    monkeypatch.setattr("dovetail.app.warm.SECONDS_TO_GO", 1.0)
    (service,) = json.loads(running("ps", "--format", "json").out)[0]["services"]
    os.kill(parent_of(service["pid"]), signal.SIGSTOP)
    assert "no answer" in running("ps").out
    assert "does not answer" in running("restart", "app").err
    said = running("down")
    assert (said.code, said.out) == (0, "tiny · local is down, nothing is left\n")
    assert not is_there(service["pid"])


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def is_there(pid: int) -> bool:
    """Tell whether a process lives; one that is dead and not yet buried by the system does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
