import asyncio
from typing import Any

import pytest

from dovetail.errors import NotReadyError, SuiteError
from dovetail.model.system import EnvironmentSpec


def test_only_what_a_slice_needs_is_started_again(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", "b"), yard.service("b"), yard.service("other")) as stage:
            await stage.open_slice("w1", frozenset({"a"}))
            assert {state.service for state in await stage.states()} == {"a", "b", "other", "a@w1", "b@w1"}
            await stage.close_slice("w1")
            await stage.close_slice("w1")
            assert {state.service for state in await stage.states()} == {"a", "b", "other"}

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
