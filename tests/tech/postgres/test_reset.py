"""Claims about setting rows back; what a whole reset does is told with the sandbox."""

import asyncio

import pytest

from dovetail.errors import StageError
from dovetail.model.address import Address
from dovetail.tech.postgres import reset
from dovetail.tech.postgres.connection import connect
from dovetail.tech.postgres.reset import restore, take_snapshot

SCHEMA = 'create schema other; create table other."T t" ("a b" int, c text); insert into other."T t" values (1, \'x\')'


def test_a_snapshot_holds_quoted_names_and_rows(database: Address) -> None:
    async def act() -> None:
        connection = await connect(database)
        (await connection.run(SCHEMA)).must()
        snapshot = await take_snapshot(connection)
        assert snapshot.rows == {'other."T t"': b"1\tx\n"}
        assert snapshot.tables['other."T t"'].columns == '"a b", c'
        (await connection.run('delete from other."T t"')).must()
        await restore(connection, snapshot)
        assert (await connection.run('select * from other."T t"')).results[0].rows == [(b"1", b"x")]
        await connection.close()

    asyncio.run(act())


def test_whoever_holds_a_transaction_open_is_named(database: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reset, "LOCK_SECONDS", 0.2)

    async def act() -> None:
        connection, holder = await connect(database), await connect(database, "orders service")
        (await connection.run(SCHEMA)).must()
        snapshot = await take_snapshot(connection)
        (await holder.run("begin; update other.\"T t\" set c = 'y'")).must()
        with pytest.raises(StageError, match=r"left open by orders service \(idle in transaction\)"):
            await restore(connection, snapshot)
        await holder.close()
        await restore(connection, snapshot)
        await connection.close()

    asyncio.run(act())
