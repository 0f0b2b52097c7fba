"""What stages left that nobody watches any more."""

import asyncio
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dovetail.environment.census import LEASE_MARK
from dovetail.environment.ground import Plot, take
from dovetail.environment.reaper import MARK, read_kin, remove, remove_leased
from dovetail.environment.sweeping import sweep

pytestmark = pytest.mark.usefixtures("broom")


def test_what_dead_stages_left_is_swept_and_named(
    yard: Any, wait_for: Callable[..., None], sleeper: Callable[..., "subprocess.Popen[bytes]"]
) -> None:
    lease = yard.ground / "dead.lease"
    folder = yard.ground / "dead"
    folder.mkdir()
    lease.write_text(f"folder\t{folder}\n", encoding="utf-8")
    (yard.ground / "older").mkdir()
    left = sleeper(**{MARK: "dead", LEASE_MARK: str(lease)})
    removed = sweep()
    wait_for(lambda: read_kin().get(left.pid, (0, "Z"))[1] == "Z")
    left.wait()
    assert any(f"process {left.pid} " in line for line in removed)
    assert any("dead had leased" in line for line in removed)
    assert str(yard.ground / "older") in removed
    assert not yard.ground.exists()


def test_what_is_watched_over_is_left_alone(yard: Any) -> None:
    async def play() -> None:
        async with yard.stage(yard.service("a")) as stage:
            watched = {lease.stem for lease in yard.ground.glob("*.lease")}
            assert len(watched) == 1
            assert not any(name in line for line in sweep() for name in watched)
            assert [state.state for state in await stage.states()] == ["ready"]

    asyncio.run(play())


CONTAINED = """
import fcntl, os, sys, time
with open(os.environ["DOVETAIL_LEASE"], "w") as lease:
    fcntl.flock(lease, fcntl.LOCK_EX)
    print("held", flush=True)
    time.sleep(60)
"""


def test_what_a_container_watches_over_is_left_alone(yard: Any) -> None:
    alone = ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("this system makes no namespaces of their own")
    yard.ground.mkdir(mode=0o700, exist_ok=True)
    inside = shlex.join([sys.executable, "-S", "-c", CONTAINED])
    script = f"mount -t tmpfs none {shlex.quote(str(yard.ground))} && exec {inside}"
    marks = {**os.environ, MARK: "there", LEASE_MARK: str(yard.ground / "there.lease")}
    with subprocess.Popen([*alone, "sh", "-c", script], env=marks, stdout=subprocess.PIPE) as contained:
        try:
            assert contained.stdout is not None
            assert contained.stdout.readline() == b"held\n"
            assert not (yard.ground / "there.lease").exists()
            removed = sweep()
            assert contained.poll() is None
        finally:
            contained.kill()
    assert not any(str(contained.pid) in line for line in removed)


def test_a_lease_that_is_just_being_taken_is_left_alone(yard: Any) -> None:
    handle = take(yard.ground / "new.lease")
    assert handle is not None
    assert not any("environment new " in line or str(yard.ground) in line for line in sweep())
    assert (yard.ground / "new.lease").exists()
    os.close(handle)


def test_what_is_being_swept_cannot_be_taken_until_it_is_gone(yard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lock: Path = yard.ground / "key.lock"
    lease = yard.ground / "dead.lease"
    lock.touch()
    lease.touch()
    tried: list[tuple[str, int | None]] = []

    def trying(ending: Callable[[str], None]) -> Callable[[str], None]:
        def try_and_remove(path: str) -> None:
            tried.append((path, take(Path(path))))
            ending(path)

        return try_and_remove

    monkeypatch.setattr("dovetail.environment.sweeping.remove", trying(remove))
    monkeypatch.setattr("dovetail.environment.sweeping.remove_leased", trying(remove_leased))
    sweep()
    assert tried == [(str(lease), None), (str(lock), None)]
    assert not lock.exists()


def test_a_folder_that_a_stage_on_another_ground_holds_is_left_alone(yard: Any) -> None:
    plot = Plot(yard.ground, "theirs")
    handle = plot.make_folder()
    assert str(plot.folder) not in sweep()
    assert plot.folder.is_dir()
    os.close(handle)
    assert str(plot.folder) in sweep()
