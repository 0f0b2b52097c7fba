import asyncio
import gc
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from dovetail.environment.remote import RemoteStage, end_frozen
from dovetail.errors import Problem, StageError, StageLostError, UnreadError
from dovetail.model.event import Event, ServiceChanged


def test_a_door_behind_which_nobody_is_is_an_error_of_the_environment(tmp_path: Path) -> None:
    async def play() -> None:
        with pytest.raises(StageError, match="does not answer"):
            await RemoteStage().connect(str(tmp_path / "nobody"), is_holder=True)

    asyncio.run(play())


def test_every_verb_of_the_stage_works_from_another_process(yard: Any) -> None:
    async def play() -> None:
        async with yard.stage(yard.service("a", "b"), yard.service("b")) as stage:
            assert (await stage.address("b")).port
            for verb in ("pause", "resume", "restart", "kill", "stop"):
                await stage.steer("b", verb)
            await stage.steer("b", "restart")
            assert await stage.calls("a -> b", 0.0) == ()
            assert {line.service for line in await stage.logs()} == {"a", "b"}
            await stage.reset(frozenset())
            await stage.drop("b", "never made")
            await stage.open_slice("w", frozenset({"b"}))
            assert (await stage.address("b", "w")).port != (await stage.address("b")).port
            await stage.close_slice("w")

    asyncio.run(play())


def test_calls_that_nobody_could_read_are_the_same_error_in_another_process(yard: Any, spoken: Any) -> None:
    async def play() -> None:
        async with yard.stage(yard.service("a", "b"), yard.service("b")) as stage:
            said = await spoken((await stage.address("a")).port)
            door = int(next(line for line in said.splitlines() if line.startswith("B_URL=")).rpartition(":")[2])
            began = time.time()
            assert "200 OK" in await spoken(door, "no request at all")
            with pytest.raises(UnreadError) as refusal:
                await stage.calls("a -> b", began)
            (problem,) = refusal.value.problems
            assert isinstance(problem, Problem)
            assert problem.what.startswith("the calls of a -> b cannot be counted: a connection carried")
            assert problem.now.startswith("speak plaintext on this edge")
            assert await stage.calls("a -> b", time.time() + 1) == ()

    asyncio.run(play())


def test_who_listens_later_hears_how_services_stand(yard: Any) -> None:
    async def play() -> None:
        async with yard.stage(yard.service("a")) as stage:
            heard: list[Event] = []
            stage.listen(heard.append)
            assert [(event.service, event.state) for event in heard if isinstance(event, ServiceChanged)] == [
                ("a", "ready")
            ]
            assert len(heard) == 1

    asyncio.run(play())


def test_leaving_twice_is_no_error(yard: Any) -> None:
    async def play() -> None:
        async with yard.stage(yard.service("a")) as stage:
            assert await stage.leave() == ()
            assert await stage.leave() == ()

    asyncio.run(play())


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovetail.environment.remote.SECONDS_TO_ANSWER", 0.5)
    monkeypatch.setattr("dovetail.environment.remote.SECONDS_TO_END", 0.5)


@pytest.mark.usefixtures("hasty")
def test_a_frozen_stage_is_ended_by_its_owner_and_nothing_is_left(yard: Any) -> None:
    async def play() -> None:
        async with yard.stage(yard.service("a")) as stage:
            os.kill(stage.info.pid, signal.SIGSTOP)
            assert await stage.leave() == ()

    asyncio.run(play())
    assert not yard.ground.exists()


@pytest.mark.usefixtures("hasty")
def test_a_stage_that_freezes_while_it_is_needed_is_lost(yard: Any) -> None:
    async def play() -> None:
        async with yard.stage(yard.service("a")) as stage:
            lost = asyncio.Event()
            stage.on_loss = lost.set
            os.kill(stage.info.pid, signal.SIGSTOP)
            with pytest.raises(StageLostError):
                await stage.unlock("check")
            await lost.wait()
            assert await stage.leave() == ()

    asyncio.run(play())
    assert not yard.ground.exists()


@pytest.mark.usefixtures("hasty")
def test_a_frozen_stage_that_is_kept_is_told_and_only_ended_on_demand(yard: Any) -> None:
    async def play() -> None:
        async with yard.stage(yard.service("a"), is_kept=True) as stage:
            os.kill(stage.info.pid, signal.SIGSTOP)
            with pytest.raises(StageError, match=r"does not answer: it has said nothing for 0\.5 s"):
                await RemoteStage().connect(stage.info.socket, is_holder=True)
            assert await stage.leave() == ("an environment that does not answer",)
            end_frozen(stage.info)
            assert await stage.leave() == ()

    asyncio.run(play())
    assert not yard.ground.exists()


def test_whoever_is_broken_off_as_a_stage_is_lost_leaves_no_error_behind(yard: Any) -> None:
    left: list[str] = []

    async def play() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: left.append(context["message"]))
        async with yard.stage(yard.service("a")) as stage:
            os.kill(stage.info.pid, signal.SIGSTOP)
            asking = asyncio.create_task(stage.states(), name="asking")
            stage.on_loss = asking.cancel
            await asyncio.sleep(0)
            end_frozen(stage.info)
            with pytest.raises(asyncio.CancelledError):
                await asking
            del asking
            gc.collect()

    asyncio.run(play())
    assert left == []


def test_who_is_broken_off_while_joining_keeps_no_stage_up(tmp_path: Path) -> None:
    async def play() -> None:
        path = str(tmp_path / "s")
        asked, gone = asyncio.Event(), asyncio.Event()

        async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(4)
            asked.set()
            while await reader.read(1 << 16):
                pass
            gone.set()
            writer.close()

        async with await asyncio.start_unix_server(say_nothing, path), asyncio.timeout(20):
            remote = RemoteStage()
            joining = asyncio.create_task(remote.connect(path, is_holder=True))
            await asked.wait()
            joining.cancel()
            await asyncio.wait([joining])
            await gone.wait()

    asyncio.run(play())
