"""Claims about private copies of a server's keys, against the real server."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from dovetail.errors import StageError
from dovetail.model.address import Address
from dovetail.tech.redis.connection import connect
from dovetail.tech.redis.resp import Reply
from dovetail.tech.redis.sandbox import RedisSandbox


async def call(address: Address, *words: str) -> Reply:
    connection = await connect(address)
    reply = await connection.call(*words)
    await connection.close()
    return reply


def play(scene: Callable[[RedisSandbox], Awaitable[None]]) -> None:
    async def act() -> None:
        await scene(RedisSandbox())

    asyncio.run(act())


def test_clones_start_from_the_frozen_keys_and_know_nothing_of_each_other(database: Address) -> None:
    async def scene(sandbox: RedisSandbox) -> None:
        await call(database, "SET", "price", "5")
        await call(database, "HSET", "h", "a", "1")
        await call(database, "SET", "short", "x", "EX", "100")
        await sandbox.freeze(database)
        await call(database, "SET", "price", "6")
        one, two = await asyncio.gather(sandbox.clone(database, "one"), sandbox.clone(database, "two"))
        assert len({database.path, one.path, two.path}) == 3
        await call(one, "SET", "price", "7")
        assert [await call(each, "GET", "price") for each in (database, one, two)] == [b"6", b"7", b"5"]
        assert await call(two, "HGET", "h", "a") == b"1"
        left = await call(two, "TTL", "short")
        assert isinstance(left, int)
        assert 50 < left <= 100

    play(scene)


def test_a_dropped_clone_is_empty_and_its_number_free_again(database: Address) -> None:
    async def scene(sandbox: RedisSandbox) -> None:
        clone = await sandbox.clone(database, "one")
        await call(clone, "SET", "x", "1")
        await sandbox.drop(database, "one")
        await sandbox.drop(database, "one")
        assert await call(clone, "DBSIZE") == 0
        assert (await sandbox.clone(database, "two")).path == clone.path

    play(scene)


def test_reset_brings_the_frozen_keys_back_and_keeps_connections(database: Address) -> None:
    async def scene(sandbox: RedisSandbox) -> None:
        await call(database, "SET", "price", "5")
        await sandbox.freeze(database)
        user = await connect(database)
        await user.call("SET", "price", "6")
        await user.call("SET", "more", "1")
        await sandbox.reset(database)
        assert await user.call("GET", "price") == b"5"
        assert await user.call("DBSIZE") == 1
        await user.close()

    play(scene)


def test_a_database_with_keys_that_are_not_ours_is_left_alone(database: Address) -> None:
    async def scene(sandbox: RedisSandbox) -> None:
        foreign = await sandbox.clone(database, "somebody else's")
        await call(foreign, "SET", "x", "1")
        other = await RedisSandbox().clone(database, "ours")
        assert other.path != foreign.path

    play(scene)


def test_a_server_that_is_gone_is_told(server: Address) -> None:
    async def scene(sandbox: RedisSandbox) -> None:
        with pytest.raises(StageError, match="could not be set back"):
            await sandbox.reset(server.at("127.0.0.1", 1))

    play(scene)


def test_a_clone_is_set_back_alone(database: Address) -> None:
    async def scene(sandbox: RedisSandbox) -> None:
        await call(database, "SET", "price", "5")
        await sandbox.freeze(database)
        one, two = await sandbox.clone(database, "one"), await sandbox.clone(database, "two")
        for each in (database, one, two):
            await call(each, "SET", "price", "6")
        await sandbox.reset(one)
        assert [await call(each, "GET", "price") for each in (database, one, two)] == [b"6", b"5", b"6"]

    play(scene)
