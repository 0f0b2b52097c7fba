import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from dovetail.environment.means import Means
from dovetail.environment.slice import Slices
from dovetail.errors import NotReadyError, StageError, SuiteError
from dovetail.model.address import Address
from dovetail.model.system import EnvironmentSpec, Service


class Copies:
    """Stands for copies of whatever is redis; does not do what is `refused`, and waits for what it may do."""

    def __init__(self, *refused: str) -> None:
        self.done: list[str] = []
        self.may_clone, self.may_drop = asyncio.Event(), asyncio.Event()
        self.may_clone.set()
        self.may_drop.set()
        self._refused = refused

    def can_copy(self, technology: str) -> bool:
        return technology == "redis"

    async def clone(self, service: str, name: str) -> Address:
        if f"clone {service}" in self._refused:
            raise StageError(f"{service} is full")
        self.done.append(f"clone {service} as {name}")
        await self.may_clone.wait()
        return Address("127.0.0.1", 1)

    async def drop(self, service: str, name: str) -> None:
        if f"drop {service}" in self._refused:
            raise StageError(f"{service} is gone")
        await asyncio.sleep(0)
        self.done.append(f"drop {service} of {name}")
        await self.may_drop.wait()


@asynccontextmanager
async def on_copies(yard: Any, copies: Any) -> AsyncIterator[tuple[Slices, Means]]:
    """Slices of a service that uses two servers."""
    servers = (Service("db", technology="redis"), Service("more", technology="redis"))
    means = yard.means(yard.order(yard.service("a", "db", "more"), *servers))
    slices = Slices(copies, {})
    try:
        yield slices, means
    finally:
        await slices.end_all()
        means.lease.close()


def test_only_what_a_slice_needs_is_started_again(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", "b"), yard.service("b"), yard.service("other")) as stage:
            await stage.open_slice("w1", frozenset({"a"}))
            assert {state.service for state in await stage.states()} == {"a", "b", "other", "a@w1", "b@w1"}
            await stage.close_slice("w1")
            await stage.close_slice("w1")
            assert {state.service for state in await stage.states()} == {"a", "b", "other"}

    asyncio.run(play())


def test_a_job_is_done_again_for_what_a_slice_starts_anew_and_nobody_else_comes_along(yard: Any) -> None:
    job = yard.service("fill", "db", run="true", is_job=True, ready=())
    services = (yard.service("a", "db"), yard.service("db"), job, yard.service("other", "db"))

    async def play() -> None:
        async with yard.live(*services) as stage:
            await stage.open_slice("w1", frozenset({"a"}))
            states = {state.service: state.state for state in await stage.states()}
            assert {name for name in states if "@" in name} == {"a@w1", "db@w1", "fill@w1"}
            assert states["fill@w1"] == "done"

    asyncio.run(play())


def test_data_is_copied_where_it_can_be_with_what_jobs_put_there_and_the_copies_end_with_the_slice(yard: Any) -> None:
    async def play() -> None:
        order = yard.order(
            yard.service("a", "db", "cache"),
            Service("db", technology="redis"),
            yard.service("cache", technology="redis"),
            yard.service("fill", "db", run="true", is_job=True, ready=()),
        )
        means = yard.means(order)
        copies: Any = Copies()
        slices = Slices(copies, {})
        await slices.open("w1", frozenset({"a", "fill"}), means)
        assert {instance.label for instance in slices.instances} == {"a@w1", "cache@w1"}
        assert (await slices.locate("db", "w1")).port == 1
        assert copies.done == ["clone db as w1"]
        await slices.close("w1")
        assert copies.done == ["clone db as w1", "drop db of w1"]
        assert not slices.instances
        means.lease.close()

    asyncio.run(play())


def test_a_slice_shares_what_runs_elsewhere(yard: Any) -> None:
    elsewhere = EnvironmentSpec("local", {"b": "http://127.0.0.1:1"})

    async def play() -> None:
        async with yard.live(yard.service("a", "b"), yard.service("b"), environment=elsewhere) as stage:
            await stage.open_slice("w1", frozenset({"a"}))
            assert await stage.address("b", "w1") == await stage.address("b")

    asyncio.run(play())


def test_a_slice_that_cannot_start_leaves_nothing(yard: Any) -> None:
    once = "sh -c 'test -f started.txt && exit 5; touch started.txt; exec sleep 60'"

    async def play() -> None:
        async with yard.live(yard.service("a", run=once, ready=())) as stage:
            with pytest.raises(NotReadyError, match="exited with code 5"):
                await stage.open_slice("w1", frozenset({"a"}))
            assert [state.service for state in await stage.states()] == ["a"]
            with pytest.raises(SuiteError, match="no open slice w1"):
                await stage.address("a", "w1")

    asyncio.run(play())


def test_a_name_is_given_to_one_slice_at_a_time(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a")) as stage:
            await stage.open_slice("w1", frozenset({"a"}))
            with pytest.raises(SuiteError, match="open already"):
                await stage.open_slice("w1", frozenset({"a"}))

    asyncio.run(play())


def test_a_copy_that_cannot_be_made_takes_the_others_back_and_is_told(yard: Any) -> None:
    async def play() -> None:
        copies = Copies("clone more")
        copies.may_clone.clear()
        async with on_copies(yard, copies) as (slices, means):
            with pytest.raises(StageError, match="more is full"):
                await slices.open("w1", frozenset({"a"}), means)
            assert set(copies.done) == {"clone db as w1", "drop db of w1", "drop more of w1"}
            with pytest.raises(SuiteError, match="no open slice w1"):
                await slices.locate("a", "w1")

    asyncio.run(play())


def test_a_name_is_taken_from_the_moment_a_slice_is_begun(yard: Any) -> None:
    async def play() -> None:
        copies = Copies()
        async with on_copies(yard, copies) as (slices, means):
            copies.may_clone.clear()
            begun = asyncio.create_task(slices.open("w1", frozenset({"a"}), means))
            await asyncio.sleep(0)
            with pytest.raises(SuiteError, match="open already"):
                await slices.open("w1", frozenset({"a"}), means)
            copies.may_clone.set()
            await begun
            assert [instance.state for instance in slices.instances] == ["ready"]

    asyncio.run(play())


def test_who_is_broken_off_while_closing_a_slice_leaves_it_to_the_next(
    yard: Any, wait_for: Callable[..., None]
) -> None:
    async def play() -> None:
        copies = Copies()
        async with on_copies(yard, copies) as (slices, means):
            await slices.open("w1", frozenset({"a"}), means)
            copies.may_drop.clear()
            closing = asyncio.create_task(slices.close("w1"))
            await asyncio.to_thread(wait_for, lambda: "drop db of w1" in copies.done)
            closing.cancel()
            await asyncio.wait([closing])
            copies.may_drop.set()
            await slices.close("w1")
            assert copies.done.count("drop db of w1") == 2
            with pytest.raises(SuiteError, match="no open slice w1"):
                await slices.locate("a", "w1")

    asyncio.run(play())


def test_two_who_close_a_slice_at_once_close_it_once(yard: Any) -> None:
    async def play() -> None:
        copies = Copies()
        async with on_copies(yard, copies) as (slices, means):
            await slices.open("w1", frozenset({"a"}), means)
            await asyncio.gather(slices.close("w1"), slices.close("w1"))
            assert copies.done.count("drop db of w1") == 1

    asyncio.run(play())


def test_as_the_stage_ends_slices_stop_and_their_copies_are_left_to_the_servers_that_end_too(yard: Any) -> None:
    async def play() -> None:
        copies = Copies()
        async with on_copies(yard, copies) as (slices, means):
            await slices.open("w1", frozenset({"a"}), means)
            (instance,) = slices.instances
            await slices.end_all()
            assert instance.state == "stopped"
            assert not slices.instances
            await slices.close("w1")
            assert not [done for done in copies.done if done.startswith("drop")]

    asyncio.run(play())


def test_a_copy_that_cannot_be_made_is_what_is_told_also_where_another_cannot_be_taken_back(yard: Any) -> None:
    async def play() -> None:
        async with on_copies(yard, Copies("clone more", "drop db")) as (slices, means):
            with pytest.raises(StageError, match="more is full"):
                await slices.open("w1", frozenset({"a"}), means)

    asyncio.run(play())


def test_a_copy_that_cannot_be_dropped_is_told_and_neither_keeps_the_slice_nor_the_other_copy(yard: Any) -> None:
    async def play() -> None:
        copies = Copies("drop db")
        async with on_copies(yard, copies) as (slices, means):
            await slices.open("w1", frozenset({"a"}), means)
            with pytest.raises(StageError, match="db is gone"):
                await slices.close("w1")
            assert "drop more of w1" in copies.done
            await slices.close("w1")
            with pytest.raises(SuiteError, match="no open slice w1"):
                await slices.locate("a", "w1")

    asyncio.run(play())


def test_a_server_whose_data_cannot_be_copied_is_started_again_for_a_slice(yard: Any) -> None:
    async def play() -> None:
        means = yard.means(yard.order(yard.service("a", "events"), Service("events", technology="kafka")))
        copies: Any = Copies()
        slices = Slices(copies, {})
        await slices.open("w1", frozenset({"a"}), means)
        assert {instance.label for instance in slices.instances} == {"a@w1", "events@w1"}
        await slices.end_all()
        means.lease.close()

    asyncio.run(play())
