"""Claims about connections kept between checks."""

import asyncio

from dovetail.model.address import Address
from dovetail.tech.postgres import pool as module
from dovetail.tech.postgres.pool import Pool


def test_a_connection_that_was_given_back_is_taken_again(server: Address) -> None:
    async def act() -> None:
        pool = Pool()
        first = await pool.take(server)
        second = await pool.take(server)
        assert first is not second
        await pool.give(server, first)
        assert await pool.take(server) is first
        await pool.give(server, first)
        await pool.give(server, second)
        await pool.close()
        assert not first.is_usable
        assert not second.is_usable

    asyncio.run(act())


def test_a_broken_connection_is_not_kept(server: Address) -> None:
    async def act() -> None:
        pool = Pool()
        broken = await pool.take(server)
        broken.abort()
        await pool.give(server, broken)
        other = await pool.take(server)
        assert other is not broken
        await pool.give(server, other)
        other.abort()
        last = await pool.take(server)
        assert last.is_usable
        await last.close()

    asyncio.run(act())


def test_no_more_wait_than_are_allowed(server: Address) -> None:
    async def act() -> None:
        pool = Pool()
        taken = [await pool.take(server) for _ in range(module.IDLE_AT_MOST + 1)]
        for connection in taken:
            await pool.give(server, connection)
        assert not taken[0].is_usable
        assert taken[1].is_usable
        await pool.close()

    asyncio.run(act())
