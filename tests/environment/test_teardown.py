import asyncio
import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dovetail.environment.ground import Plot
from dovetail.environment.reaper import MARK
from dovetail.environment.teardown import end_processes, find_processes, find_remains, prove_gone


def test_what_is_left_is_named_one_by_one(tmp_path: Path) -> None:
    stage = f"teardown{os.getpid()}"
    process = subprocess.Popen(["sleep", "60"], env={**os.environ, MARK: stage})
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        remains = find_remains(stage, [port], [tmp_path, tmp_path / "gone"])
    assert remains == (f"process {process.pid} (sleep 60)", f"port {port}", f"folder {tmp_path}")
    process.kill()
    process.wait()
    assert find_remains(stage, [port], []) == ()


def test_what_outlived_its_service_is_killed(wait_for: Callable[..., None]) -> None:
    stage = f"outlived{os.getpid()}"
    process = subprocess.Popen(["sleep", "60"], env={**os.environ, MARK: stage})
    end_processes(stage, are_orphans_ours=False)
    wait_for(lambda: not find_processes(stage))
    assert process.wait() == -9


def test_a_reaper_that_does_not_end_is_named_though_all_else_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dovetail.environment.teardown.SECONDS_TO_PROVE", 0.1)
    reaper = subprocess.Popen(["sleep", "60"])
    plot = Plot(tmp_path, "gone")
    assert asyncio.run(prove_gone(plot, reaper.pid)) == ("the environment's reaper",)
    reaper.kill()
    monkeypatch.undo()
    assert asyncio.run(prove_gone(plot, reaper.pid)) == ()
    reaper.wait()
