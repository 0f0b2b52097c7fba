import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dovetail.environment.ground import Plot, take
from dovetail.environment.reaper import MARK, read_kin
from dovetail.environment.teardown import end_processes, find_processes, find_remains, prove_gone

Sleeper = Callable[..., "subprocess.Popen[bytes]"]


def test_what_is_left_is_named_one_by_one(tmp_path: Path, sleeper: Sleeper) -> None:
    stage = f"teardown{os.getpid()}"
    process = sleeper(**{MARK: stage})
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        remains = find_remains(stage, [port], [tmp_path, tmp_path / "gone"])
    assert remains == (f"process {process.pid} (sleep 60)", f"port {port}", f"folder {tmp_path}")
    process.kill()
    process.wait()
    assert find_remains(stage, [port], []) == ()


def test_what_outlived_its_service_is_killed(wait_for: Callable[..., None], sleeper: Sleeper) -> None:
    stage = f"outlived{os.getpid()}"
    process = sleeper(**{MARK: stage})
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
    for _ in range(2):
        assert asyncio.run(prove_gone(plot, reaper.pid)) == ()
    reaper.wait()


def test_where_reaper_and_stage_were_killed_in_one_blow_who_asks_does_their_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sleeper: Sleeper
) -> None:
    monkeypatch.setattr("dovetail.environment.teardown.SECONDS_TO_PROVE", 3600.0)
    plot = Plot(tmp_path, f"oneblow{os.getpid()}")
    plot.folder.mkdir()
    plot.lease.write_text(f"folder\t{plot.folder}\n", encoding="utf-8")
    left = sleeper(**{MARK: plot.stage})
    assert asyncio.run(asyncio.wait_for(prove_gone(plot, 0), 30)) == ()
    assert left.wait() == -9
    assert not plot.folder.exists()
    assert not plot.lease.exists()


def test_what_somebody_still_watches_is_left_to_him_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sleeper: Sleeper
) -> None:
    monkeypatch.setattr("dovetail.environment.teardown.SECONDS_TO_PROVE", 0.1)
    plot = Plot(tmp_path, f"watched{os.getpid()}")
    plot.info.touch()
    handle = take(plot.lease)
    assert handle is not None
    left = sleeper(**{MARK: plot.stage})
    assert asyncio.run(prove_gone(plot, 0)) == ("the environment's reaper", str(plot.info), str(plot.lease))
    assert left.poll() is None
    os.close(handle)
    left.kill()
    left.wait()


def test_who_ends_a_stage_from_within_one_of_its_services_does_not_end_itself() -> None:
    stage = f"within{os.getpid()}"
    code = (
        "from dovetail.environment.teardown import end_processes, find_processes;"
        f"end_processes({stage!r}, are_orphans_ours=True); print(find_processes({stage!r}))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, MARK: stage}, capture_output=True, check=True
    )
    assert said.stdout == b"()\n"


def test_only_who_adopts_orphans_ends_descendants_without_a_mark() -> None:
    stage = f"unmarked{os.getpid()}"
    code = (
        "import subprocess; from dovetail.environment.teardown import end_processes;"
        "left = subprocess.Popen(['cat'], env={}, stdin=-1, stdout=-1, bufsize=0);"
        f"end_processes({stage!r}, are_orphans_ours=False); left.stdin.write(b'here'); print(left.stdout.read(4));"
        f"end_processes({stage!r}, are_orphans_ours=True); print(left.wait())"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert said.stdout == b"b'here'\n-9\n"


@pytest.mark.parametrize("has_reaper", [True, False])
def test_what_nobody_removes_any_more_is_named_and_no_exit_code_of_others_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait_for: Callable[..., None], *, has_reaper: bool
) -> None:
    monkeypatch.setattr("dovetail.environment.teardown.SECONDS_TO_PROVE", 0.1)
    plot = Plot(tmp_path, "left")
    plot.info.touch()
    reaper, other = subprocess.Popen("true"), subprocess.Popen(["sh", "-c", "exit 3"])
    wait_for(lambda: {read_kin()[pid][1] for pid in (reaper.pid, other.pid)} == {"Z"})
    assert asyncio.run(prove_gone(plot, reaper.pid if has_reaper else 0)) == (str(plot.info),)
    assert other.wait() == 3
    reaper.wait()
