import asyncio
import time
from collections.abc import Callable

import pytest

from dovetail.model.address import Address
from dovetail.tech.kafka.connection import Connection, Pool
from dovetail.tech.kafka.refusal import RefusalError
from dovetail.tech.kafka.request import ask_versions

Stranger = Callable[[bytes | None], Address]


def endpoint(address: Address) -> tuple[str, int]:
    return address.host, address.port


def test_a_connection_that_came_back_in_order_is_lent_again(address: Address) -> None:
    async def work() -> None:
        pool = Pool()
        async with pool.lend(endpoint(address)) as first:
            assert await first.ask(ask_versions()) == 0
        async with pool.lend(endpoint(address)) as second:
            assert second is first
            async with pool.lend(endpoint(address)) as third:
                assert third is not first
        pool.close()

    asyncio.run(work())


def test_a_connection_whose_answer_did_not_come_is_not_lent_again(stranger: Stranger) -> None:
    async def work() -> None:
        pool, door = Pool(), endpoint(stranger(None))
        used: list[Connection] = []

        async def ask_once() -> None:
            async with asyncio.timeout(0.05), pool.lend(door) as connection:
                used.append(connection)
                await connection.ask(ask_versions())

        for _ in range(2):
            with pytest.raises(TimeoutError):
                await ask_once()
        assert used[0] is not used[1]
        pool.close()

    asyncio.run(work())


def test_a_question_that_an_idle_connection_lost_is_asked_again(start_broker: Callable[..., Address]) -> None:
    async def work() -> None:
        where = await asyncio.to_thread(start_broker)
        pool = Pool()
        assert await pool.ask(endpoint(where), ask_versions()) == 0
        async with pool.lend(endpoint(where)) as connection:
            pass
        connection.drop()
        assert await pool.ask(endpoint(where), ask_versions()) == 0
        pool.close()

    asyncio.run(work())


@pytest.mark.parametrize(
    ("greeting", "kind"),
    [(b"", "closed"), (b"\x7f\xff\xff\xff", "protocol"), (b"\0\0\0\0", "protocol"), (b"SSH-2.0-x\r\n", "protocol")],
)
def test_a_stranger_is_refused_by_kind_and_at_once(stranger: Stranger, greeting: bytes, kind: str) -> None:
    async def work() -> None:
        began = time.monotonic()
        pool = Pool()
        with pytest.raises(RefusalError) as refusal:
            await pool.ask(endpoint(stranger(greeting)), ask_versions())
        assert refusal.value.kind == kind
        assert time.monotonic() - began < 20
        pool.close()

    asyncio.run(work())
