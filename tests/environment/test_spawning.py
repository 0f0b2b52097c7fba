import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import pytest

from dovetail.environment.ground import Plot
from dovetail.environment.hold import unheld
from dovetail.environment.order import Brief
from dovetail.environment.reaper import read_kin
from dovetail.environment.spawning import release, spawn
from dovetail.environment.teardown import prove_gone
from dovetail.errors import BrokenDovetailError, StageError

SAY_OPEN = "import sys, time; sys.stdin.readline(); print('open', flush=True); sys.stdin.read()"


def test_a_stage_that_opens_its_door_is_told_and_its_reaper_ends_with_it(yard: Any) -> None:
    async def play() -> None:
        plot = Plot(yard.ground, "one")
        child = await spawn(
            Brief("one", str(yard.ground), str(yard.ground), yard.order()), plot, (sys.executable, "-S", "-c", SAY_OPEN)
        )
        assert plot.lease.exists()
        release(child)
        assert await prove_gone(plot, child.pid) == ()
        assert not plot.lease.exists()

    asyncio.run(play())


@pytest.mark.parametrize("size", [1, 1 << 20], ids=["brief", "more than a pipe holds"])
def test_a_stage_that_ends_instead_is_told_with_its_last_words(yard: Any, size: int) -> None:
    order = yard.order(yard.service("a", environment={"LONG": "x" * size}))

    async def play() -> None:
        plot = Plot(yard.ground, "two")
        with pytest.raises(BrokenDovetailError, match="did not come up:\nno way"):
            await spawn(
                Brief("two", str(yard.ground), str(yard.ground), order),
                plot,
                ("/bin/sh", "-c", "echo no way >&2"),
            )
        assert not plot.lease.exists()

    asyncio.run(play())


def test_a_lease_that_is_taken_is_refused(yard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovetail.environment.spawning.SECONDS_TO_TAKE", 0.1)

    async def play() -> None:
        yard.means(yard.order(), "three").lease.close()
        with pytest.raises(BrokenDovetailError, match="is taken"):
            await spawn(
                Brief("three", str(yard.ground), str(yard.ground), yard.order()), Plot(yard.ground, "three"), ("true",)
            )

    asyncio.run(play())


def test_a_process_that_the_system_refuses_is_told_and_leaves_no_lease(
    yard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(yard.folder / "nothing"))

    async def play() -> None:
        plot = Plot(yard.ground, "four")
        brief = Brief("four", str(yard.ground), str(yard.ground), yard.order())
        with pytest.raises(StageError, match="cannot be started: No such file"):
            await spawn(brief, plot, ("true",))
        assert not plot.lease.exists()

    asyncio.run(play())


def test_a_lease_that_somebody_only_looks_at_is_had_a_moment_later(yard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovetail.environment.spawning.SECONDS_TO_TAKE", 30.0)

    async def play() -> None:
        plot = Plot(yard.ground, "five")
        plot.lease.touch()
        brief = Brief("five", str(yard.ground), str(yard.ground), yard.order())
        with contextlib.ExitStack() as looking:
            assert looking.enter_context(unheld(plot.lease))
            asyncio.get_running_loop().call_later(0.2, looking.close)
            child = await spawn(brief, plot, (sys.executable, "-S", "-c", SAY_OPEN))
        release(child)
        assert await prove_gone(plot, child.pid) == ()

    asyncio.run(play())


@pytest.mark.parametrize("size", [1, 1 << 20], ids=["brief", "more than a pipe holds"])
def test_a_stage_that_hangs_as_it_comes_up_is_ended(
    yard: Any, wait_for: Callable[..., None], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr("dovetail.environment.spawning.SECONDS_TO_COME_UP", 0.5)
    monkeypatch.setattr("dovetail.environment.teardown.SECONDS_TO_PROVE", 0.5)
    plot = Plot(yard.ground, "six")
    order = yard.order(yard.service("a", environment={"LONG": "x" * size}))
    brief = Brief("six", str(yard.ground), str(yard.ground), order)
    with pytest.raises(BrokenDovetailError, match="did not come up"):
        asyncio.run(spawn(brief, plot, ("/bin/sh", "-c", "echo $$ > $0; exec sleep 60", str(yard.folder / "pid"))))
    hung = int((yard.folder / "pid").read_text(encoding="utf-8"))
    wait_for(lambda: read_kin().get(hung, (0, "Z"))[1] == "Z" and not plot.lease.exists())


def test_a_start_that_the_disk_refuses_is_the_environments_trouble(yard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plot = Plot(yard.ground, "seven")
    brief = Brief("seven", str(yard.ground), str(yard.ground), yard.order())
    monkeypatch.setattr(tempfile, "tempdir", str(yard.folder / "nowhere"))
    with pytest.raises(StageError, match="cannot be made: No such file"):
        asyncio.run(spawn(brief, plot, ("true",)))
    assert not plot.lease.exists()
