"""Claims about private copies of a database and about setting one back, against the real server."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

import pytest
from msgspec.structs import replace

from dovetail.errors import StageError
from dovetail.model.address import Address
from dovetail.model.data import Data
from dovetail.tech.postgres.connection import RefusedError, connect
from dovetail.tech.postgres.sandbox import PostgresSandbox
from dovetail.tech.postgres.value import decode

SCHEMA = """
create table customer (id int generated always as identity primary key, name text unique, doubled text
    generated always as (name || name) stored);
create table "Order" (id serial primary key, customer int not null references customer on delete restrict);
create table audit (at timestamptz default now(), what text);
create function note() returns trigger language plpgsql as
    $$ begin insert into audit (what) values (tg_op); return null; end $$;
create trigger noted after insert or delete on "Order" for each row execute function note();
create sequence numbers start 100;
create materialized view names as select name from customer;
create table part (id int, at date) partition by range (at);
create table part_2026 partition of part for values from ('2026-01-01') to ('2027-01-01');
insert into customer (name) values ('ann'), ('bob');
insert into "Order" (customer) values (1), (2);
insert into part values (1, '2026-05-05');
refresh materialized view names;
"""


async def run(address: Address, sql: str) -> Data:
    connection = await connect(address)
    try:
        result = (await connection.run(sql)).must().results[-1]
        return decode(result.rows[0][0], result.columns[0].type) if result.rows else result.tag
    finally:
        await connection.close()


@pytest.fixture
def shop(database: Address) -> Iterator[Address]:
    """A database with a schema and fixtures, whose copies are removed after the test."""
    asyncio.run(run(database, SCHEMA))
    yield database

    async def clean() -> None:
        maintenance = replace(database, path="/postgres")
        all_names = str(await run(maintenance, "select string_agg(datname, ',') from pg_database"))
        for name in all_names.split(","):
            if name.startswith(f"{database.path[1:]}_"):
                with suppress(RefusedError):
                    await run(maintenance, f'drop database "{name}" with (force)')

    asyncio.run(clean())


def play(scene: Callable[[PostgresSandbox], Awaitable[None]]) -> None:
    async def act() -> None:
        await scene(PostgresSandbox())

    asyncio.run(act())


def test_clones_start_from_the_frozen_data_and_know_nothing_of_each_other(shop: Address) -> None:
    async def scene(sandbox: PostgresSandbox) -> None:
        await sandbox.freeze(shop)
        await run(shop, 'delete from "Order"')
        clones = [await sandbox.clone(shop, f"7f3a-{number}") for number in range(3)]
        assert len({clone.path for clone in clones}) == 3
        for clone in clones:
            assert await run(clone, 'select count(*) from "Order"') == 2
            await run(clone, "insert into customer (name) values ('new')")
            assert await run(clone, "select count(*) from customer") == 3
        assert await run(shop, "select count(*) from customer") == 2

    play(scene)


def test_many_clones_at_once_are_all_made(shop: Address) -> None:
    async def scene(sandbox: PostgresSandbox) -> None:
        await sandbox.freeze(shop)
        clones = await asyncio.gather(*(sandbox.clone(shop, f"together-{number}") for number in range(4)))
        assert len({clone.path for clone in clones}) == 4

    play(scene)


def test_a_dropped_clone_is_gone_even_while_somebody_uses_it(shop: Address) -> None:
    async def scene(sandbox: PostgresSandbox) -> None:
        await sandbox.freeze(shop)
        clone = await sandbox.clone(shop, "one")
        user = await connect(clone)
        await sandbox.drop(shop, "one")
        await sandbox.drop(shop, "one")
        user.abort()
        with pytest.raises(RefusedError, match="does not exist"):
            await connect(clone)

    play(scene)


def test_a_name_too_long_for_the_server_still_tells_clones_apart(shop: Address) -> None:
    async def scene(sandbox: PostgresSandbox) -> None:
        await sandbox.freeze(shop)
        one, two = [await sandbox.clone(shop, "x" * 80 + end) for end in "ab"]
        assert one.path != two.path

    play(scene)


def test_reset_restores_rows_sequences_and_views_and_keeps_connections(shop: Address) -> None:
    async def scene(sandbox: PostgresSandbox) -> None:
        await sandbox.freeze(shop)
        user = await connect(shop)
        (
            await user.run(
                "delete from \"Order\"; delete from customer where name = 'bob'; update customer set name = 'eve';"
                "insert into customer (name) values ('new'); select nextval('numbers'), nextval('numbers');"
                "refresh materialized view names; insert into part values (2, '2026-06-06');"
                "create table later (id int); insert into later values (1);"
                "create table alembic_version (version text); insert into alembic_version values ('42')"
            )
        ).must()
        for _ in range(2):
            await sandbox.reset(shop)
            assert (
                await run(shop, "select string_agg(name || doubled, ',' order by id) from customer")
                == "annannann,bobbobbob"
            )
            assert await run(shop, 'select jsonb_agg(customer order by id) from "Order"') == [1, 2]
            assert await run(shop, "select count(*) from audit") == 2
            assert await run(shop, "select string_agg(name, ',' order by name) from names") == "ann,bob"
            assert await run(shop, "select count(*) from part") == 1
            assert await run(shop, "select count(*) from later") == 0
            assert await run(shop, "select version from alembic_version") == "42"
        (await user.run("select 1")).must()
        await user.close()
        assert await run(shop, "insert into customer (name) values ('third') returning id") == 3
        assert await run(shop, 'insert into "Order" (customer) values (3) returning id') == 3
        assert await run(shop, "select nextval('numbers')") == 100

    play(scene)


def test_reset_frees_what_grew_big(shop: Address) -> None:
    async def scene(sandbox: PostgresSandbox) -> None:
        await sandbox.freeze(shop)
        await run(shop, "insert into audit (what) select repeat('x', 500) from generate_series(1, 5000)")
        await sandbox.reset(shop)
        assert await run(shop, "select count(*) from audit") == 2
        assert await run(shop, "select pg_relation_size('audit')") == 8192

    play(scene)


def test_a_table_that_is_gone_since_setup_is_told(shop: Address) -> None:
    async def scene(sandbox: PostgresSandbox) -> None:
        await sandbox.freeze(shop)
        await run(shop, "alter table part drop column id")
        with pytest.raises(StageError, match="part_2026 cannot be set back: its columns id are gone"):
            await sandbox.reset(shop)

    play(scene)


def test_freezing_waits_for_whoever_is_just_leaving(shop: Address) -> None:
    async def scene(sandbox: PostgresSandbox) -> None:
        leaving = await connect(shop)
        freezing = asyncio.create_task(sandbox.freeze(shop), name="freeze")
        await asyncio.wait({freezing}, timeout=0.1)
        assert not freezing.done()
        await leaving.close()
        await freezing

    play(scene)


def test_freezing_again_takes_the_data_as_it_is_now(shop: Address) -> None:
    async def scene(sandbox: PostgresSandbox) -> None:
        await sandbox.freeze(shop)
        await sandbox.clone(shop, "before")
        await run(shop, "insert into customer (name) values ('third')")
        await sandbox.freeze(shop)
        assert await run(await sandbox.clone(shop, "after"), "select count(*) from customer") == 3

    play(scene)


def test_without_a_frozen_copy_a_clone_is_refused_clearly(database: Address) -> None:
    async def scene(sandbox: PostgresSandbox) -> None:
        with pytest.raises(StageError, match=r"could not be cloned: .*_frozen.* does not exist"):
            await sandbox.clone(database, "x")

    play(scene)


def test_a_clone_is_set_back_alone_under_the_connections_of_its_users(shop: Address) -> None:
    async def scene(sandbox: PostgresSandbox) -> None:
        await sandbox.freeze(shop)
        one, two = await sandbox.clone(shop, "one"), await sandbox.clone(shop, "two")
        user = await connect(one)
        for address in (shop, one, two):
            await run(address, "insert into customer (name) values ('new')")
        await sandbox.reset(one)
        assert [await run(each, "select count(*) from customer") for each in (shop, one, two)] == [3, 2, 3]
        (await user.run("select 1")).must()
        await user.close()

    play(scene)
