import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from dovetail.app.parts import build_registry
from dovetail.environment.data_copy import DataCopies
from dovetail.errors import StageError, SuiteError
from dovetail.model.address import Address


@dataclass
class Server:
    """A registry whose one technology, `store`, has a sandbox, and that sandbox: it remembers what it was asked."""

    done: list[str] = field(default_factory=list)

    def sandbox(self, technology: str) -> "Server | None":
        return self if technology == "store" else None

    async def freeze(self, address: Address) -> None:
        self.done.append(f"freeze {address.port}")

    async def clone(self, address: Address, name: str) -> Address:
        self.done.append(f"clone {address.port} as {name}")
        return address.at(address.host, 2)

    async def drop(self, address: Address, name: str) -> None:
        self.done.append(f"drop {name} of {address.port}")

    async def reset(self, address: Address) -> None:
        self.done.append(f"reset {address.port}")


async def find_store(_: str) -> tuple[str, Address]:
    return "store", Address("127.0.0.1", 1)


def test_a_copy_is_made_used_and_dropped_once() -> None:
    server: Any = Server()

    async def play() -> None:
        copies = DataCopies(server, find_store)
        assert copies.can_copy("store")
        for technology in ("store", "http"):
            await copies.freeze(technology, Address("127.0.0.1", 1))
        assert (await copies.clone("db", "w1")).port == 2
        await copies.reset(frozenset({"db"}))
        for _ in range(2):
            await copies.drop("db", "w1")

    asyncio.run(play())
    assert server.done == ["freeze 1", "clone 1 as w1", "reset 1", "drop w1 of 1"]


async def find(_: str) -> tuple[str, Address]:
    return "http", Address("127.0.0.1", 1)


def test_what_cannot_be_copied_is_refused_with_a_way_out() -> None:
    async def play() -> None:
        copies = DataCopies(build_registry(), find)
        assert not copies.can_copy("http")
        with pytest.raises(SuiteError, match="cannot be copied or set back"):
            await copies.clone("web", "w1")

    asyncio.run(play())


def test_dropping_what_was_never_made_is_no_error() -> None:
    asyncio.run(DataCopies(build_registry(), find).drop("web", "w1"))


def test_freezing_one_s_own_code_does_nothing(yard: Any) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a")) as stage:
            await stage.reset(frozenset())

    asyncio.run(play())


def test_data_that_was_not_remembered_is_told() -> None:
    async def play() -> None:
        copies = DataCopies(build_registry(), find, is_frozen=False)
        with pytest.raises(StageError, match="the data of db was not remembered"):
            await copies.clone("db", "w1")

    asyncio.run(play())


def test_data_that_cannot_be_set_back_is_told_as_the_servers_own_trouble() -> None:
    async def find_none(_: str) -> tuple[str, Address]:
        raise StageError("the server is gone")

    async def play() -> None:
        with pytest.raises(StageError, match="the server is gone"):
            await DataCopies(build_registry(), find_none).reset(frozenset({"a", "b"}))

    asyncio.run(play())


def test_a_copy_that_was_begun_can_be_dropped_until_that_has_worked() -> None:
    class Refusing(Server):
        async def clone(self, address: Address, name: str) -> Address:
            await super().clone(address, name)
            raise StageError("the server went away")

        async def drop(self, address: Address, name: str) -> None:
            await super().drop(address, name)
            if len(self.done) == 2:
                raise StageError("it is not back")

    server: Any = Refusing()

    async def play() -> None:
        copies = DataCopies(server, find_store)
        with pytest.raises(StageError, match="went away"):
            await copies.clone("db", "w1")
        with pytest.raises(StageError, match="not back"):
            await copies.drop("db", "w1")
        for _ in range(2):
            await copies.drop("db", "w1")

    asyncio.run(play())
    assert server.done == ["clone 1 as w1", "drop w1 of 1", "drop w1 of 1"]
