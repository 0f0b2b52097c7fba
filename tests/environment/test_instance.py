import asyncio
import sys
from typing import Any

import pytest

from dovetail.environment.instance import Instance
from dovetail.environment.reaper import marked, read_environment, read_kin
from dovetail.errors import NotReadyError, SuiteError
from dovetail.model.address import Address
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
