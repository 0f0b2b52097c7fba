import asyncio
import socket
import sys
from collections.abc import Callable
from typing import Any

import pytest

from dovetail.environment.instance import Instance
from dovetail.environment.reaper import marked, read_environment, read_kin
from dovetail.errors import NotReadyError, SuiteError
from dovetail.model.address import Address
from dovetail.model.event import ServiceChanged
from dovetail.model.system import Probe, Service

TAKEN_ONCE = """
if [ ! -f tried.txt ]; then
  echo $1 > tried.txt
  echo "OSError: [Errno 98] Address already in use"
  exit 1
fi
exec "$2" -S serve.py $1
"""


def test_a_port_that_somebody_else_took_meanwhile_is_exchanged_and_users_are_led_to_the_new_one(yard: Any) -> None:
    (yard.folder / "taken.sh").write_text(TAKEN_ONCE, encoding="utf-8")
    b = yard.service("b", run=f"sh taken.sh {{{{ port }}}} {sys.executable}")
    a = yard.service("a", "b")

    async def play() -> None:
        async with yard.live(a, b) as stage:
            first = int((yard.folder / "tried.txt").read_text(encoding="utf-8"))
            assert (await stage.address("b")).port != first
            assert [state.state for state in await stage.states()] == ["ready", "ready"]

    asyncio.run(play())


def test_a_service_writes_its_port_into_its_variables(yard: Any) -> None:
    service = yard.service("a", environment={"HERE": "{{ port }}", "BASE": "http://{{ host }}:{{ port }}/api"})

    async def play() -> None:
        async with yard.live(service) as stage:
            port = (await stage.address("a")).port
            environment = dict(
                variable.decode().split("=", 1)
                for variable in read_environment((await stage.states())[0].pid)
                if variable
            )
            assert environment["HERE"] == str(port)
            assert environment["BASE"] == f"http://127.0.0.1:{port}/api"

    asyncio.run(play())


def test_two_who_restart_a_service_at_once_leave_it_running_once(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a")) as stage:
            await asyncio.gather(stage.steer("a", "restart"), stage.steer("a", "restart"))
            (state,) = await stage.states()
            assert (state.state, state.restarts) == ("ready", 2)
            assert marked(stage.means.stage, read_kin()) == [state.pid]

    asyncio.run(play())


def test_an_unknown_name_in_a_command_ends_the_start(yard: Any) -> None:
    async def play() -> None:
        with pytest.raises(SuiteError, match="did you mean"):
            async with yard.live(yard.service("a", run="serve {{ prot }}")):
                pass
        assert yard.states("a")[-1] == "failed"

    asyncio.run(play())


def test_setup_and_cleanup_of_ones_own_code_are_commands(yard: Any) -> None:
    service = yard.service("a", setup=("touch set-up.txt",), cleanup=("touch cleaned-up.txt",))

    async def play() -> None:
        async with yard.live(service):
            assert (yard.folder / "set-up.txt").exists()
            assert not (yard.folder / "cleaned-up.txt").exists()

    asyncio.run(play())
    assert (yard.folder / "cleaned-up.txt").exists()


@pytest.mark.parametrize(("users", "is_ready"), [((), True), (("b",), False)], ids=["nobody", "a service"])
def test_who_names_no_port_must_listen_only_where_somebody_uses_it(
    yard: Any, users: tuple[str, ...], *, is_ready: bool
) -> None:
    worker = yard.service("a", run="sleep 60", ready=(), start_timeout=0.5)

    async def play() -> None:
        async with yard.live(worker, *(yard.service(name, "a") for name in users)) as stage:
            assert [state.state for state in await stage.states()] == ["ready"]

    if is_ready:
        asyncio.run(play())
        return
    with pytest.raises(NotReadyError, match="nothing listens on port"):
        asyncio.run(play())


def test_a_setup_that_fails_is_no_readiness(yard: Any) -> None:
    async def play() -> None:
        with pytest.raises(
            NotReadyError, match=r"(?s)`false` of a exited with code 1 instead of 0\n.*\ndovetail logs a$"
        ):
            async with yard.live(yard.service("a", setup=("false",))):
                pass

    asyncio.run(play())


def test_an_instance_that_waits_says_so(yard: Any) -> None:
    async def nowhere(_: str) -> Address:
        return Address("", 0)

    async def play() -> None:
        means = yard.means(yard.order())
        instance = Instance(yard.service("a"), means, "@w1", nowhere)
        assert (instance.describe().service, instance.describe().state, instance.describe().pid) == (
            "a@w1",
            "waiting",
            0,
        )
        await instance.stop()
        with pytest.raises(NotReadyError, match="a@w1 does not run: it is waiting"):
            instance.pause()
        with pytest.raises(NotReadyError, match="a@w1 was never started"):
            await instance.restart()
        means.lease.close()

    asyncio.run(play())


def test_a_broker_that_forgets_has_its_topics_again_after_a_restart(yard: Any) -> None:
    broker = Service("events", technology="kafka", topics=("orders.created",))

    async def play() -> None:
        async with yard.live(broker) as stage:
            await stage.steer("events", "restart")
            preparer, registry = stage.means.registry.prober("kafka"), stage.means.registry
            assert registry.preparer("kafka") is not None
            assert preparer is not None
            reading = await preparer.probe(await stage.address("events"), Probe("technology", "orders.created"), 5)
            assert reading.is_ready

    asyncio.run(play())


def test_a_port_that_somebody_else_took_is_not_ours_to_answer_for_at_the_end(
    yard: Any, wait_for: Callable[..., None]
) -> None:
    waiting = "echo $1 > port.txt; while [ ! -f taken.txt ]; do sleep 0.01; done"
    (yard.folder / "taken.sh").write_text(f"[ -f port.txt ] || {{ {waiting}; }}\n{TAKEN_ONCE}", encoding="utf-8")
    port = yard.folder / "port.txt"

    async def take() -> socket.socket:
        await asyncio.to_thread(wait_for, lambda: port.exists() and port.read_text(encoding="utf-8").endswith("\n"))
        stranger = socket.create_server(("127.0.0.1", int(port.read_text(encoding="utf-8"))))
        (yard.folder / "taken.txt").touch()
        return stranger

    async def play() -> None:
        taking = asyncio.create_task(take())
        service = yard.service("a", run=f"sh taken.sh {{{{ port }}}} {sys.executable}")
        async with yard.live(service) as stage:
            with await taking as stranger:
                assert (await stage.address("a")).port != stranger.getsockname()[1]
                assert await stage.leave() == ()

    asyncio.run(play())


def test_a_restart_that_is_broken_off_is_told_and_the_service_brought_back_for_the_next(
    yard: Any, wait_for: Callable[..., None]
) -> None:
    run = f"sh -c 'test -f slow && sleep 60; exec {sys.executable} -S serve.py $0' {{{{ port }}}}"
    service = yard.service("a", run=run)

    async def play() -> None:
        async with yard.live(service, is_kept=True) as stage:
            (yard.folder / "slow").touch()
            restarting = asyncio.create_task(stage.steer("a", "restart"))
            await asyncio.to_thread(wait_for, lambda: yard.states("a").count("starting") == 2)
            restarting.cancel()
            await asyncio.wait([restarting])
            told = [event for event in yard.events if isinstance(event, ServiceChanged)][-1]
            assert (told.state, told.detail) == ("failed", "a: its restart was broken off")
            (yard.folder / "slow").unlink()
            assert await stage.adopt(yard.order(service)) == ("a",)
            assert [state.state for state in await stage.states()] == ["ready"]

    asyncio.run(play())
