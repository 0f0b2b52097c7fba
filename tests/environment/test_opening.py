import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dovetail.environment.attendance import find_stages
from dovetail.environment.given import GivenStage
from dovetail.environment.reaper import marked, read_kin
from dovetail.errors import NotReadyError, SuiteError
from dovetail.model.event import ServiceChanged, TornDown
from dovetail.model.system import EnvironmentSpec, Probe

SECONDS_TO_VANISH = 5.0


def living(stage: str) -> list[int]:
    return marked(stage, read_kin())


def parent_of(pid: int) -> int:
    return read_kin()[pid][0]


def test_services_start_in_the_order_of_need_and_everything_is_gone_afterwards(yard: Any) -> None:
    async def play() -> None:
        services = (yard.service("a", "b", "c"), yard.service("b", "c"), yard.service("c"))
        async with yard.stage(*services) as stage:
            assert [state.state for state in await stage.states()] == ["ready"] * 3
            ports = [int(state.door.rpartition(":")[2]) for state in await stage.states()]
        ready = [e.service for e in yard.events if isinstance(e, ServiceChanged) and e.state == "ready"]
        assert ready == ["c", "b", "a"]
        assert [e.remains for e in yard.events if isinstance(e, TornDown)] == [()]
        for port in ports:
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))
        assert not yard.ground.exists()

    asyncio.run(play())


def test_what_can_start_together_does(yard: Any) -> None:
    async def play() -> None:
        slow = {"environment": {"SLOW": "0.6"}}
        async with yard.stage(*(yard.service(name, **slow) for name in "abcd")):
            told = [(event.service, event.state) for event in yard.events if isinstance(event, ServiceChanged)]
        first_ready = next(number for number, (_, state) in enumerate(told) if state == "ready")
        assert {service for service, state in told[:first_ready] if state == "starting"} == {*"abcd"}

    asyncio.run(play())


def test_a_service_that_fails_is_told_at_once_with_its_last_lines_and_ends_the_others(yard: Any) -> None:
    broken = yard.service("broken", run="sh -c 'echo no password; exit 3'")

    async def play() -> None:
        with pytest.raises(
            NotReadyError, match=r"broken exited with code 3 before it was ready\s+broken │ no password"
        ):
            async with yard.stage(yard.service("fine"), broken):
                pass
        assert not yard.ground.exists()
        assert "failed" in yard.states("broken")

    asyncio.run(play())


def test_exiting_with_0_while_starting_is_not_ready(yard: Any) -> None:
    async def play() -> None:
        with pytest.raises(NotReadyError, match="done exited with code 0 before it was ready"):
            async with yard.stage(yard.service("done", run="true", ready=())):
                pass

    asyncio.run(play())


@pytest.mark.parametrize("victim", ["owner", "stage", "reaper"])
def test_killing_any_of_the_three_leaves_nothing(
    yard: Any, start_owner: Callable[..., Any], wait_for: Callable[..., None], victim: str
) -> None:
    order = yard.order(yard.service("a", "b"), yard.service("b", options="daemonize"))
    owner = start_owner(order)
    services = living(owner.stage)
    assert len(services) == 3
    (info,) = find_stages()
    main = min(pid for pid in services if "serve.py" in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8"))
    stage = parent_of(main)
    pids = {"owner": owner.process.pid, "stage": stage, "reaper": parent_of(stage)}
    ports = [int(text.split()[0]) for text in _leased_ports(info.socket)]
    os.kill(pids[victim], signal.SIGKILL)
    wait_for(lambda: not living(owner.stage) and not _runs(stage) and not yard.ground.exists(), SECONDS_TO_VANISH)
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))


def _leased_ports(path: str) -> list[str]:
    lines = Path(path).with_suffix(".lease").read_text(encoding="utf-8").splitlines()
    return [line.partition("\t")[2] for line in lines if line.startswith("port\t")]


def _runs(pid: int) -> bool:
    return read_kin().get(pid, (0, "Z"))[1] not in "ZX"


def test_killing_the_owner_while_the_stage_comes_up_leaves_nothing(
    yard: Any, wait_for: Callable[..., None], start_owner: Callable[..., Any]
) -> None:
    slow = yard.order(yard.service("a", environment={"SLOW": "20"}))

    starting = threading.Thread(target=start_owner, args=(slow,), daemon=True)
    starting.start()
    wait_for(lambda: any(yard.ground.glob("*.info")))
    (info,) = find_stages()
    wait_for(lambda: bool(living(info.id)))
    kin = read_kin()
    stage = kin[living(info.id)[0]][0]
    owner = kin[kin[stage][0]][0]
    os.kill(owner, signal.SIGKILL)
    starting.join()
    wait_for(lambda: not living(info.id) and not yard.ground.exists(), SECONDS_TO_VANISH)


def test_four_stages_at_once_do_not_collide(yard: Any, start_owner: Callable[..., Any]) -> None:
    order = yard.order(*(yard.service(name) for name in "abcd"))
    owners = [start_owner(order) for _ in range(4)]
    assert len({owner.stage for owner in owners}) == 4
    assert [owner.leave() for owner in owners] == ["()"] * 4
    assert not yard.ground.exists()


def test_where_every_service_has_an_address_no_process_is_started(yard: Any) -> None:
    given = EnvironmentSpec("staging", {"a": "http://somewhere.example:8080"})

    async def play() -> None:
        async with yard.stage(yard.service("a"), environment=given) as stage:
            assert isinstance(stage, GivenStage)
            assert str(await stage.address("a")) == "http://somewhere.example:8080"
            assert [state.state for state in await stage.states()] == ["given"]
            assert await stage.leave() == ()

    asyncio.run(play())


def test_an_unknown_service_is_told_with_the_nearest_name(yard: Any) -> None:
    async def play() -> None:
        with pytest.raises(SuiteError, match=r"no service payment\n?.*did you mean payments"):
            async with yard.stage(yard.service("payments"), services=frozenset({"payment"})):
                pass

    asyncio.run(play())


def test_a_probe_that_a_stranger_answers_is_not_readiness(yard: Any) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen(512)
        port = stranger.getsockname()[1]
        idle = yard.service("idle", run="sleep 60", ready=(Probe("tcp", str(port)),))

        async def play() -> None:
            with pytest.raises(NotReadyError, match=f"port {port} is answered by process {os.getpid()}"):
                async with yard.stage(idle):
                    pass

        asyncio.run(play())
