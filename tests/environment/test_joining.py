import asyncio
import contextlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dovetail.app.parts import build_registry
from dovetail.app.stage_process import COMMAND
from dovetail.environment.attendance import find_stages
from dovetail.environment.ground import Plot, take
from dovetail.environment.opening import open_stage
from dovetail.environment.order import StageInfo, encode
from dovetail.environment.reaper import marked, read_kin
from dovetail.environment.remote import RemoteStage
from dovetail.environment.stage import LockWish
from dovetail.errors import BrokenDovetailError, NotReadyError
from dovetail.model.event import Noticed
from dovetail.model.system import Service


def living(stage: str) -> list[int]:
    return marked(stage, read_kin())


def open_pipes() -> set[str]:
    """Return the pipes that this process has open, as the system numbers them."""
    found = set()
    for handle in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            found.add(str(handle.readlink()))
    return {link for link in found if link.startswith("pipe:")}


def test_workers_that_open_at_once_share_one_stage_until_the_last_leaves(
    yard: Any, start_owner: Callable[..., Any]
) -> None:

    order = yard.order(yard.service("a"), share="run-1")
    with ThreadPoolExecutor(4) as pool:
        owners = list(pool.map(lambda _: start_owner(order), range(4)))
    assert len({owner.stage for owner in owners}) == 1
    for owner in owners[:3]:
        assert owner.leave() == "()"
        assert len(living(owner.stage)) == 1
    assert owners[3].leave() == "()"
    assert not living(owners[3].stage)
    assert not yard.ground.exists()


def test_a_kept_stage_is_joined_and_only_what_changed_is_restarted(yard: Any) -> None:
    a, b = yard.service("a"), yard.service("b", "a")

    async def pids(stage: Any) -> dict[str, int]:
        return {state.service: state.pid for state in await stage.states()}

    async def play() -> None:
        first = await open_stage(yard.order(a, b, is_kept=True), build_registry(), COMMAND)
        before = await pids(first)
        assert await first.leave() == ()
        async with yard.stage(a, b, is_kept=True) as second:
            assert await pids(second) == before
        changed = yard.service("a", environment={"COLOUR": "blue"})
        async with yard.stage(changed, b, is_kept=True) as third:
            after = await pids(third)
            assert after["b"] == before["b"]
            assert after["a"] != before["a"]
        (yard.folder / "module.py").write_text("changed = True", encoding="utf-8")
        async with yard.stage(changed, b, is_kept=True) as fourth:
            assert set((await pids(fourth)).values()).isdisjoint(after.values())
        last = await open_stage(yard.order(changed, b, is_kept=True), build_registry(), COMMAND)
        assert await last.down() == ()  # type: ignore[attr-defined]  # a stage that is kept is remote

    asyncio.run(play())
    assert not yard.ground.exists()


def test_workers_join_a_kept_stage_and_only_the_first_has_what_changed_restarted(yard: Any) -> None:
    async def pid(stage: Any) -> int:
        return int((await stage.states())[0].pid)

    async def play() -> None:
        service = yard.service("a")
        up = await open_stage(yard.order(service, is_kept=True), build_registry(), COMMAND)
        before = await pid(up)
        (yard.folder / "module.py").write_text("changed = 1", encoding="utf-8")
        async with yard.stage(service, share="run-1") as first:
            restarted = await pid(first)
            assert restarted != before
            (yard.folder / "module.py").write_text("changed = 22", encoding="utf-8")
            async with yard.stage(service, share="run-1") as second:
                assert await pid(second) == restarted
            async with yard.stage(service, share="run-2") as other:
                assert await pid(other) != restarted
        assert (await up.states())[0].state == "ready"
        assert isinstance(up, RemoteStage)
        assert await up.down() == ()

    asyncio.run(play())
    assert not yard.ground.exists()


def test_what_a_check_has_alone_is_not_brought_back_by_those_who_join(yard: Any) -> None:
    async def state(stage: Any) -> str:
        return str((await stage.states())[0].state)

    async def play() -> None:
        service = yard.service("a")
        first = await open_stage(yard.order(service, is_kept=True), build_registry(), COMMAND)
        await first.lock("check", LockWish(exclusive=frozenset({"service:a"})))
        await first.steer("a", "kill")
        async with yard.stage(service, is_kept=True) as second:
            assert await state(second) == "stopped"
        await first.unlock("check")
        async with yard.stage(service, is_kept=True) as third:
            assert await state(third) == "ready"
        assert isinstance(first, RemoteStage)
        assert await first.down() == ()

    asyncio.run(play())


def test_a_stage_process_that_cannot_run_is_told_with_its_last_words(yard: Any) -> None:
    async def play() -> None:
        with pytest.raises(Exception, match="did not come up"):
            await open_stage(yard.order(yard.service("a")), build_registry(), ("/bin/sh", "-c", "echo no >&2; exit 1"))
        assert not yard.ground.exists()

    asyncio.run(play())


def test_who_cannot_give_back_a_copy_as_its_server_is_gone_leaves_nothing_all_the_same(yard: Any) -> None:
    async def play() -> None:
        async with yard.stage(Service("cache", technology="redis")) as stage:
            await stage.clone("cache", "w1")
            await stage.steer("cache", "kill")
            assert await stage.leave() == ()

    asyncio.run(play())
    assert not yard.ground.exists()


def test_what_one_who_leaves_cannot_give_back_is_told_to_those_who_stay(yard: Any) -> None:
    async def play() -> None:
        cache = Service("cache", technology="redis")
        async with yard.stage(cache, share="run-1") as stays:
            leaves = await open_stage(yard.order(cache, share="run-1"), build_registry(), COMMAND)
            await leaves.lock("check", LockWish(exclusive=frozenset({"service:cache"})))
            await leaves.clone("cache", "w1")
            await leaves.steer("cache", "kill")
            assert await leaves.leave() == ()
            await stays.lock("check", LockWish(exclusive=frozenset({"service:cache"})))
            told = [event.text for event in yard.events if isinstance(event, Noticed) and event.level == "warning"]
            assert len(told) == 1
            assert "not given back: " in told[0]

    asyncio.run(play())
    assert not yard.ground.exists()


def test_what_was_broken_off_as_another_failed_is_started_for_the_next_who_wants_it(yard: Any) -> None:
    broken = yard.service("broken", run="sh -c 'test -f mended && exec sleep 60; exit 1'", ready=())
    slow = yard.service("slow", environment={"SLOW": "1"})
    services = (yard.service("a"), broken, slow, yard.service("last", "slow"))

    async def play() -> None:
        async with yard.live(services[0], is_kept=True) as stage:
            with pytest.raises(NotReadyError, match="broken exited with code 1"):
                await stage.adopt(yard.order(*services))
            (yard.folder / "mended").touch()
            assert await stage.adopt(yard.order(*services)) == ("broken", "last", "slow")
            assert [state.state for state in await stage.states()] == ["ready"] * 4
            assert await stage.adopt(yard.order(*services)) == ()

    asyncio.run(play())


def test_a_job_is_done_again_where_the_server_that_it_filled_starts_anew(yard: Any) -> None:
    def filling(server: str) -> Any:
        run = f"sh -c 'echo {server} >> filled.txt'"
        return yard.service(f"fill-{server}", server, run=run, is_job=True, ready=())

    servers = (Service("cache", technology="redis"), Service("other", technology="redis"))
    order = yard.order(*servers, filling("cache"), filling("other"), yard.service("a", "cache"))

    async def play() -> None:
        async with yard.live(*order.system.services, is_kept=True) as stage:
            await stage.steer("cache", "kill")
            assert await stage.adopt(order) == ("cache", "fill-cache")
            assert sorted((yard.folder / "filled.txt").read_text().split()) == ["cache", "cache", "other"]

    asyncio.run(play())


def test_two_who_keep_an_environment_at_once_get_the_same_one(yard: Any) -> None:
    async def play() -> None:
        order = yard.order(yard.service("a"), is_kept=True)
        one, two = await asyncio.gather(*(open_stage(order, build_registry(), COMMAND) for _ in range(2)))
        assert isinstance(one, RemoteStage)
        assert isinstance(two, RemoteStage)
        assert one.info == two.info
        assert await two.leave() == ()
        assert await one.down() == ()

    asyncio.run(play())
    assert not yard.ground.exists()


def test_one_that_is_just_ending_is_not_waited_for(yard: Any) -> None:
    async def play() -> None:
        order = yard.order(yard.service("a"), is_kept=True)
        plot = Plot(yard.ground, "ending")
        lease = take(plot.lease)
        assert lease is not None
        ending = StageInfo(
            "ending", order.key, "yard", str(yard.folder), "local", is_direct=False, is_kept=True, started_at=1.0,
            socket=str(plot.socket),
        )  # fmt: skip
        plot.info.write_bytes(encode(ending))
        assert find_stages() == (ending,)
        stage = await open_stage(order, build_registry(), COMMAND)
        assert isinstance(stage, RemoteStage)
        assert [state.state for state in await stage.states()] == ["ready"]
        assert await stage.down() == ()
        os.close(lease)

    asyncio.run(play())


def test_who_failed_to_start_an_environment_holds_nobody_up(yard: Any) -> None:
    async def play() -> None:
        order = yard.order(yard.service("a"), share="run-1")
        with pytest.raises(BrokenDovetailError, match="did not come up"):
            await open_stage(order, build_registry(), ("false",))
        async with asyncio.timeout(60), yard.stage(yard.service("a"), share="run-1") as stage:
            assert [state.state for state in await stage.states()] == ["ready"]

    asyncio.run(play())


def test_a_stage_that_was_left_leaves_no_pipe_open(yard: Any) -> None:
    async def play() -> None:
        before = open_pipes()
        async with yard.stage(yard.service("a")):
            pass
        await asyncio.sleep(0)
        assert open_pipes() <= before

    asyncio.run(play())


def test_what_one_run_shares_among_its_workers_no_other_run_gets(yard: Any) -> None:
    async def play() -> None:
        service = yard.service("a")
        async with yard.stage(service, share="run-1") as one, yard.stage(service, share="run-2") as two:
            assert one.info.id != two.info.id
            async with yard.stage(service) as alone:
                assert alone.info.id not in {one.info.id, two.info.id}

    asyncio.run(play())
    assert not yard.ground.exists()
