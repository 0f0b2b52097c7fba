"""What stages left that nobody watches any more."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from dovetail.environment.census import LEASE_MARK
from dovetail.environment.ground import take
from dovetail.environment.reaper import MARK, read_kin
from dovetail.environment.sweeping import sweep


def test_what_dead_stages_left_is_swept_and_named(yard: Any, wait_for: Callable[..., None]) -> None:
    lease = yard.ground / "dead.lease"
    folder = yard.ground / "dead"
    folder.mkdir()
    lease.write_text(f"folder\t{folder}\n", encoding="utf-8")
    (yard.ground / "older").mkdir()
    marks = {**os.environ, MARK: "dead", LEASE_MARK: str(lease)}
    left = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"], env=marks)
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
            assert sweep() == ()
            assert [state.state for state in await stage.states()] == ["ready"]

    asyncio.run(play())


def test_a_lease_that_is_just_being_taken_is_left_alone(yard: Any) -> None:
    handle = take(yard.ground / "new.lease")
    assert handle is not None
    assert sweep() == ()
    assert (yard.ground / "new.lease").exists()
    os.close(handle)
