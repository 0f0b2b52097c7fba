import asyncio
from typing import Any

import pytest

from dovetail.environment.cast import Cast
from dovetail.errors import DovetailError, NotReadyError
from dovetail.model.address import Address
from dovetail.model.event import Noticed, ServiceChanged, TornDown
from dovetail.model.system import Edge, Probe, Service


async def ignore(_technology: str, _address: Address) -> None:
    """Freeze nothing."""


def test_code_stops_at_once_and_a_server_after_the_code_that_needs_it(yard: Any) -> None:
    cache = Service("cache", technology="redis")
    stubborn = "trap 'sleep 0.3; exit 0' TERM; while :; do sleep 0.01; done"

    async def play() -> None:
        async with yard.live(
            yard.service("a", "b"),
            yard.service("b", "cache", run=f'sh -c "{stubborn}"', ready=(Probe("command", "true"),)),
            cache,
        ):
            pass
        stopped = [e.service for e in yard.events if isinstance(e, ServiceChanged) and e.state == "stopped"]
        assert stopped == ["a", "b", "cache"]

    asyncio.run(play())


def test_an_edge_that_is_not_awaited_holds_nobody_back(yard: Any) -> None:
    edge = Edge("a", "b", "http", address="B_URL", is_awaited=False)
    back = Edge("b", "a", "http", address="A_URL")

    async def play() -> None:
        async with yard.live(yard.service("a", uses=(edge,)), yard.service("b", uses=(back,))) as stage:
            assert [state.state for state in await stage.states()] == ["ready", "ready"]
        ready = [e.service for e in yard.events if isinstance(e, ServiceChanged) and e.state == "ready"]
        assert ready == ["a", "b"]

    asyncio.run(play())


def test_the_first_failure_ends_the_wait_of_all(yard: Any) -> None:
    async def play() -> None:
        with pytest.raises(DovetailError, match="broken exited with code 1"):
            async with yard.live(
                yard.service("slow", environment={"SLOW": "20"}), yard.service("broken", run="sh -c 'exit 1'")
            ):
                pass

    asyncio.run(asyncio.wait_for(play(), 15))


def test_a_cleanup_that_fails_is_told_and_ends_nothing(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", cleanup=("false",)), yard.service("b", cleanup=("touch cleaned",))):
            pass
        told = [event for event in yard.events if isinstance(event, Noticed)]
        assert [event.level for event in told] == ["error"]
        assert "the cleanup of a failed" in told[0].text
        assert (yard.folder / "cleaned").exists()

    asyncio.run(play())


def test_a_cleanup_that_cannot_be_read_is_told_and_all_is_torn_down_in_order(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", cleanup=("echo 'x",))) as stage:
            assert await stage.leave() == ()
        told = [event.text for event in yard.events if isinstance(event, Noticed)]
        assert told == [
            "the cleanup of a failed: the command `echo 'x` cannot be read: No closing quotation\nclose the quotes"
        ]
        assert yard.states("a")[-1] == "stopped"

    asyncio.run(play())


def test_a_cleanup_that_does_not_end_is_told_and_services_stop_in_order_all_the_same(
    yard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dovetail.environment.live.SECONDS_IN_HURRY", 3.0)
    polite = "sh -c 'trap \"touch bye; exit\" TERM; while :; do sleep 0.01; done'"

    async def play() -> None:
        async with yard.live(
            yard.service("a", cleanup=("sleep 60",)), yard.service("b", run=polite, ready=(Probe("command", "true"),))
        ) as stage:
            stage.hurry()
            assert await stage.leave() == ()
        (told,) = [event.text for event in yard.events if isinstance(event, Noticed)]
        assert told == "the cleanup did not end within 3 s: what still ran of it was killed"
        assert [3000 <= event.took_ms < 60_000 for event in yard.events if isinstance(event, TornDown)][:1] == [True]
        assert yard.states("b")[-1] == "stopped"
        assert (yard.folder / "bye").exists()

    asyncio.run(play())


def test_who_is_not_on_the_stage_cannot_be_found(yard: Any) -> None:
    async def play() -> None:
        means = yard.means(yard.order())
        given = Address("api.example", 80, "http")
        cast = Cast(means, {"b": given}, ignore)
        assert await cast.locate("b") == given
        with pytest.raises(NotReadyError, match="c is not part of this environment"):
            await cast.locate("c")
        means.lease.close()

    asyncio.run(play())
