"""Claims about connections kept between checks."""

import asyncio

from dovetail.model.address import Address
from dovetail.tech.redis.pool import IDLE_AT_MOST, Pool


def test_a_connection_that_was_given_back_is_taken_again_unless_it_broke(server: Address) -> None:
    async def act() -> None:
        pool = Pool()
        first = await pool.take(server)
        pool.give(server, first)
        assert await pool.take(server) is first
        first.abort()
        pool.give(server, first)
        second = await pool.take(server)
        assert second is not first
        pool.give(server, second)
        second.abort()
        third = await pool.take(server)
        assert third.is_usable
        third.close()

    asyncio.run(act())


def test_no_more_wait_than_are_allowed(server: Address) -> None:
    async def act() -> None:
        pool = Pool()
        taken = [await pool.take(server) for _ in range(IDLE_AT_MOST + 1)]
        for connection in taken:
            pool.give(server, connection)
        assert [connection.is_usable for connection in taken[:2]] == [False, True]
        pool.close()

    asyncio.run(act())
