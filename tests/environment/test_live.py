import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from dovetail.environment.live import SECONDS_IN_HURRY
from dovetail.environment.reaper import marked, read_kin
from dovetail.environment.stage import LockWish
from dovetail.errors import NotReadyError, SuiteError
from dovetail.model.check import FaultOrder
from dovetail.model.event import ExchangeSeen, FaultInjected, FaultLifted, LogWritten, Noticed, ServiceChanged, TornDown
from dovetail.model.system import EnvironmentSpec, Probe, Service

Speak = Callable[..., "asyncio.Future[str]"]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while True:
            if is_so():
                return
            await asyncio.sleep(0.01)


async def port_of_edge(stage: Any, speak: Speak, service: str, variable: str) -> int:
    """Return the port that a service was given for an edge, as it tells itself."""
    said = await speak((await stage.address(service)).port)
    line = next(line for line in said.splitlines() if line.startswith(f"{variable}="))
    return int(line.rpartition(":")[2])


def test_a_service_gets_its_edges_door_and_never_the_real_address(yard: Any, spoken: Speak) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", "b"), yard.service("b")) as stage:
            door = await port_of_edge(stage, spoken, "a", "B_URL")
            assert door != (await stage.address("b")).port
            assert "200 OK" in await spoken(door)

    asyncio.run(play())


def test_without_proxies_a_service_gets_the_real_address(yard: Any, spoken: Speak) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", "b"), yard.service("b"), is_direct=True) as stage:
            assert await port_of_edge(stage, spoken, "a", "B_URL") == (await stage.address("b")).port
            with pytest.raises(SuiteError, match="no proxy"):
                await stage.inject(FaultOrder("a -> b", "refuse"), 5)

    asyncio.run(play())


def test_a_restart_keeps_the_port_and_the_door(yard: Any, spoken: Speak) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", "b"), yard.service("b")) as stage:
            door = await port_of_edge(stage, spoken, "a", "B_URL")
            before = (await stage.address("b")).port, (await stage.states())[1].pid
            await stage.steer("b", "restart")
            after = (await stage.address("b")).port, (await stage.states())[1].pid
            assert before[0] == after[0]
            assert before[1] != after[1]
            assert "200 OK" in await spoken(door)
            assert (await stage.states())[1].restarts == 1

    asyncio.run(play())


def test_a_paused_service_stands_still_until_it_is_resumed(yard: Any, spoken: Speak) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a")) as stage:
            port = (await stage.address("a")).port
            await stage.steer("a", "pause")
            asked = spoken(port)
            done, _ = await asyncio.wait([asked], timeout=0.3)
            assert not done
            await stage.steer("a", "resume")
            assert "200 OK" in await asked
            assert yard.states("a") == ["starting", "ready", "paused", "ready"]

    asyncio.run(play())


def test_a_killed_service_is_stopped_and_can_be_brought_back(yard: Any, spoken: Speak) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a")) as stage:
            port = (await stage.address("a")).port
            await stage.steer("a", "kill")
            assert (await stage.states())[0].state == "stopped"
            with pytest.raises(OSError, match="refused"):
                await spoken(port)
            with pytest.raises(NotReadyError, match="does not run"):
                await stage.steer("a", "pause")
            await stage.steer("a", "restart")
            assert "200 OK" in await spoken(port)

    asyncio.run(play())


def test_a_service_that_ends_by_itself_is_told_as_failed_with_its_last_lines(yard: Any, spoken: Speak) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a")) as stage:
            await spoken((await stage.address("a")).port, "exit")
            await until(lambda: "failed" in yard.states("a"))
            last = next(e for e in yard.events if isinstance(e, ServiceChanged) and e.state == "failed")
            assert "exited with code 7 after it was ready" in last.detail
            assert last.log[-1] == "asked to exit"

    asyncio.run(play())


def test_the_whole_tree_of_a_service_ends_also_what_daemonized_itself(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", options="daemonize")) as stage:
            name = stage.means.stage
            assert len(marked(name, read_kin())) == 2
        assert not marked(name, read_kin())

    asyncio.run(play())


def test_a_fault_breaks_an_edge_until_it_is_lifted(yard: Any, spoken: Speak) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", "b"), yard.service("b")) as stage:
            door = await port_of_edge(stage, spoken, "a", "B_URL")
            lease = await stage.inject(FaultOrder("a -> b", "refuse"), 30, "check-1")
            with pytest.raises(OSError, match="refused"):
                await spoken(door)
            await stage.lift(lease)
            await stage.lift(lease)
            assert "200 OK" in await spoken(door)
            told = [type(e) for e in yard.events if isinstance(e, FaultInjected | FaultLifted)]
            assert told == [FaultInjected, FaultLifted]

    asyncio.run(play())


def test_a_fault_ends_by_itself_when_its_time_is_over(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", "b"), yard.service("b")) as stage:
            await stage.inject(FaultOrder("a -> b", "refuse"), 0.05)
            await until(lambda: any(isinstance(e, FaultLifted) for e in yard.events))

    asyncio.run(play())


def test_an_unknown_edge_is_told_with_the_nearest(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", "b"), yard.service("b")) as stage:
            with pytest.raises(SuiteError, match="did you mean a -> b"):
                await stage.inject(FaultOrder("a -> bb", "refuse"), 5)

    asyncio.run(play())


def test_the_calls_of_an_edge_are_remembered(yard: Any, spoken: Speak) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", "b"), yard.service("b")) as stage:
            door = await port_of_edge(stage, spoken, "a", "B_URL")
            await spoken(door, "GET /stock HTTP/1.0\r\n\r\n")
            await until(lambda: any(isinstance(e, ExchangeSeen) for e in yard.events))
            (call,) = await stage.calls("a -> b", 0.0)
            assert (call.edge, call.ended) == ("a -> b", "answered")
            assert call.request.startswith("GET /stock")

    asyncio.run(play())


def test_logs_are_kept_by_service(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", "b"), yard.service("b")) as stage:
            port = (await stage.address("a")).port
            await until(lambda: any(getattr(e, "line", "") == f"listening on {port}" for e in yard.events))
            assert [line.text for line in await stage.logs("a")] == [f"listening on {port}"]
            await until(lambda: {e.service for e in yard.events if isinstance(e, LogWritten)} == {"a", "b"})
            lines = await stage.logs()
            assert {line.service for line in lines} == {"a", "b"}
            assert list(lines) == sorted(lines, key=lambda line: line.at)

    asyncio.run(play())


def test_a_job_is_done_when_it_ended_with_0_and_those_who_need_it_wait(yard: Any) -> None:
    job = yard.service("migrate", run="sh -c 'sleep 0.2; echo migrated > done.txt'", is_job=True, ready=())
    after = yard.service("a", run="sh -c 'cat done.txt && exec sleep 60'", ready=(), after=("migrate",))

    async def play() -> None:
        async with yard.live(job, after) as stage:
            assert [state.state for state in await stage.states()] == ["done", "ready"]
            assert [line.text for line in await stage.logs("a")] == ["migrated"]

    asyncio.run(play())


def test_a_job_that_ends_otherwise_is_no_readiness(yard: Any) -> None:
    async def play() -> None:
        with pytest.raises(NotReadyError, match=r"migrate exited with code 4 instead of 0\ndovetail logs migrate"):
            async with yard.live(yard.service("migrate", run="sh -c 'exit 4'", is_job=True)):
                pass

    asyncio.run(play())


def test_a_slice_has_its_own_instances_and_edges(yard: Any, spoken: Speak) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", "b"), yard.service("b")) as stage:
            await stage.open_slice("w1", frozenset({"a"}))
            shared, own = await stage.address("a"), await stage.address("a", "w1")
            assert shared.port != own.port
            assert await stage.address("a@w1") == own
            said = await spoken(own.port)
            door = int(next(x for x in said.splitlines() if x.startswith("B_URL=")).rpartition(":")[2])
            await spoken(door)
            await until(lambda: any(isinstance(e, ExchangeSeen) for e in yard.events))
            assert len(await stage.calls("a@w1 -> b@w1", 0.0)) == 1
            assert not await stage.calls("a -> b", 0.0)
            lease = await stage.inject(FaultOrder("a@w1 -> b@w1", "refuse"), 30)
            await stage.lift(lease)
            await stage.steer("b@w1", "restart")
            await stage.close_slice("w1")
            with pytest.raises(OSError, match="refused"):
                await spoken(own.port)
            assert "200 OK" in await spoken(shared.port)

    asyncio.run(play())


def test_locks_are_held_by_owner(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a")) as stage:
            wish = LockWish(exclusive=frozenset({"service:a"}))
            await stage.lock("one", wish)
            other = asyncio.create_task(stage.lock("two", wish))
            done, _ = await asyncio.wait([other], timeout=0.05)
            assert not done
            await stage.unlock("one")
            await other

    asyncio.run(play())


def test_steering_a_process_from_outside_is_noticed_too(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a")) as stage:
            os.kill((await stage.states())[0].pid, signal.SIGKILL)
            await until(lambda: yard.states("a")[-1] == "failed")

    asyncio.run(play())


def test_in_a_hurry_a_service_that_does_not_listen_is_killed_soon(yard: Any) -> None:
    deaf = "sh -c 'trap \"\" TERM; echo up; while :; do sleep 0.05; done'"

    async def play() -> None:
        async with yard.live(yard.service("a", run=deaf, ready=(Probe("log", "up"),))) as stage:
            stage.hurry()
            assert await stage.leave() == ()
        notes = [event.text for event in yard.events if isinstance(event, Noticed)]
        late = f"some services did not stop within {SECONDS_IN_HURRY:g} s"
        assert [note.partition(":")[0] for note in notes] == [late]

    asyncio.run(play())


def test_edges_lead_to_what_came_up_again_though_another_did_not(yard: Any, spoken: Speak) -> None:
    late = yard.service("late", run="sh -c 'exit 1'", is_job=True, after=("b",))
    order = yard.order(yard.service("a", "b"), yard.service("b"))

    async def play() -> None:
        async with yard.live(*order.system.services, is_kept=True) as stage:
            door = await port_of_edge(stage, spoken, "a", "B_URL")
            await stage.steer("b", "kill")
            with pytest.raises(NotReadyError, match="late exited with code 1"):
                await stage.adopt(yard.order(*order.system.services, late))
            assert await stage.adopt(order) == ()
            assert "200 OK" in await spoken(door)

    asyncio.run(play())


def test_who_is_led_past_every_proxy_starts_anew_with_whom_it_speaks_to(yard: Any, spoken: Speak) -> None:
    top, a, c = yard.service("top", "a"), yard.service("a", "b"), yard.service("c")
    changed = yard.service("b", environment={"COLOUR": "blue"})

    async def play() -> None:
        async with yard.live(top, a, yard.service("b"), c, is_kept=True, is_direct=True) as stage:
            assert await stage.adopt(yard.order(top, a, changed, c, is_direct=True)) == ("a", "b", "top")
            for service, variable, target in (("top", "A_URL", "a"), ("a", "B_URL", "b")):
                assert await port_of_edge(stage, spoken, service, variable) == (await stage.address(target)).port

    asyncio.run(play())


def test_a_service_that_is_to_run_elsewhere_ends_and_its_users_are_led_there_and_back(yard: Any, spoken: Speak) -> None:
    a, b, c = yard.service("a", "b"), yard.service("b"), yard.service("c")

    async def play() -> None:
        async with yard.live(a, b, c, is_kept=True) as stage:
            there = await stage.address("c")
            elsewhere = EnvironmentSpec("local", {"b": f"http://127.0.0.1:{there.port}"})
            assert await stage.adopt(yard.order(a, b, c, environment=elsewhere)) == ("a",)
            assert (await stage.address("b")).port == there.port
            assert {state.service: state.state for state in await stage.states()}["b"] == "given"
            assert "DOVETAIL_SERVICE=c" in await spoken(await port_of_edge(stage, spoken, "a", "B_URL"))
            with pytest.raises(SuiteError, match="b runs elsewhere"):
                await stage.steer("b", "kill")
            assert await stage.adopt(yard.order(a, b, c)) == ("a", "b")
            assert "DOVETAIL_SERVICE=b" in await spoken(await port_of_edge(stage, spoken, "a", "B_URL"))
            await stage.steer("b", "restart")

    asyncio.run(play())


def test_who_steers_takes_no_exit_code_from_those_who_wait_for_one_and_buries_who_has_nobody(yard: Any) -> None:
    waited_for = subprocess.Popen(["sh", "-c", "exit 3"])
    orphan = os.fork()
    if orphan == 0:
        os._exit(0)

    async def play() -> None:
        async with yard.live(yard.service("a")) as stage:
            await until(lambda: {read_kin()[pid][1] for pid in (waited_for.pid, orphan)} == {"Z"})
            await stage.steer("a", "restart")
            assert waited_for.wait() == 3
            await until(lambda: orphan not in read_kin())

    asyncio.run(play())


def test_what_is_misnamed_is_told_with_the_nearest(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("orders")) as stage:
            with pytest.raises(SuiteError, match="did you mean restart"):
                await stage.steer("orders", "restrat")
            for asking in (stage.steer("order", "stop"), stage.clone("order", "w1"), stage.address("order")):
                with pytest.raises(SuiteError, match="did you mean orders"):
                    await asking
            assert yard.states("orders")[-1] == "ready"
            await stage.steer("orders", "stop")
            assert yard.states("orders")[-1] == "stopped"

    asyncio.run(play())


def test_leaving_lifts_faults_stops_slices_in_order_and_proves_that_nothing_is_left(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", "b"), yard.service("b")) as stage:
            await stage.open_slice("w1", frozenset({"b"}))
            await stage.inject(FaultOrder("a -> b", "refuse"), 60)
            assert await stage.leave() == ()
            assert [e.why for e in yard.events if isinstance(e, FaultLifted)] == ["the environment was torn down"]
            assert yard.states("b@w1")[-1] == "stopped"
            assert [e.remains for e in yard.events if isinstance(e, TornDown)] == [()]

    asyncio.run(play())


def test_a_port_of_ours_that_somebody_listens_on_at_the_end_is_told(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a")) as stage:
            port = (await stage.address("a")).port
            await stage.steer("a", "kill")
            with socket.create_server(("127.0.0.1", port)):
                assert await stage.leave() == (f"port {port}",)
            assert [e.remains for e in yard.events if isinstance(e, TornDown)] == [(f"port {port}",)]

    asyncio.run(play())


def test_data_is_copied_and_set_back_to_what_it_was_as_the_stage_came_up(yard: Any, spoken: Speak) -> None:
    async def play() -> None:
        async with yard.live(Service("cache", technology="redis")) as stage:
            port = (await stage.address("cache")).port
            clone = int((await stage.clone("cache", "w1")).path.strip("/"))
            for database in (0, clone):
                await spoken(port, f"SELECT {database}\r\nSET name value\r\nQUIT\r\n")
            await stage.drop("cache", "w1")
            assert "db0:keys=1" in await spoken(port, "INFO keyspace\r\nQUIT\r\n")
            assert f"db{clone}:" not in await spoken(port, "INFO keyspace\r\nQUIT\r\n")
            await stage.reset(frozenset({"cache"}))
            assert "db0:" not in await spoken(port, "INFO keyspace\r\nQUIT\r\n")

    asyncio.run(play())
