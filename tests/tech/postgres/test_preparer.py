"""Claims about the setup of PostgreSQL, against the real server."""

import asyncio
from pathlib import Path

import pytest

from dovetail.errors import StageError
from dovetail.model.address import Address
from dovetail.model.data import Data
from dovetail.model.system import Service
from dovetail.tech.postgres.connection import connect
from dovetail.tech.postgres.preparer import preparer
from dovetail.tech.postgres.value import decode


def prepare(database: Address, project: Path, *setup: str, seconds: float = 60) -> None:
    service = Service("orders-db", "postgres", setup=setup, start_timeout=seconds)
    asyncio.run(preparer().prepare(service, database, project))


def value(database: Address, sql: str) -> Data:
    async def act() -> Data:
        connection = await connect(database)
        result = (await connection.run(sql)).must().results[0]
        await connection.close()
        return decode(result.rows[0][0], result.columns[0].type)

    return asyncio.run(act())


def test_items_are_applied_in_order(database: Address, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "V10__note.sql").write_text("alter table t add note text;")
    (folder / "V2__more.sql").write_text("insert into t values (1);")
    (folder / "V1__first.sql").write_text("create table t (id int);")
    (folder / "R__view.sql").write_text("create view v as select note from t;")
    (folder / "V1__first.down.sql").write_text("drop table t;")
    (tmp_path / "fixtures.sql").write_text("insert into t values (2, 'b'); -- the end")
    (tmp_path / "seed.sh").write_text('printf %s "$DATABASE_URL $PGDATABASE" > said')
    prepare(database, tmp_path, "migrations", "fixtures.sql", "seed.sh")
    assert value(database, "select jsonb_agg(t order by id) from t") == [
        {"id": 1, "note": None},
        {"id": 2, "note": "b"},
    ]
    assert (tmp_path / "said").read_text() == f"{database.url} {database.path[1:]}"


def test_the_part_behind_a_down_mark_is_not_run(database: Address, tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("-- migrate:up\ncreate table t (id int);\n-- migrate:down\ndrop table t;")
    prepare(database, tmp_path, "a.sql")
    assert value(database, "select count(*) from t") == 0


def test_a_dump_with_copied_data_is_loaded(database: Address, tmp_path: Path) -> None:
    (tmp_path / "dump.sql").write_text(
        "\\restrict abc\nset client_encoding = 'UTF8';\nselect pg_catalog.set_config('search_path', '', false);\n"
        "create table public.t (id int, note text);\n"
        "COPY public.t (id, note) FROM stdin;\n1\tone; two\n2\t\\N\n\\.\n\n"
        "insert into public.t values (3, 'three');\n\\unrestrict abc\n"
    )
    prepare(database, tmp_path, "dump.sql")
    assert value(database, "select string_agg(coalesce(note, '-'), ',' order by id) from t") == "one; two,-,three"


def test_functions_with_semicolons_inside_are_one_statement(database: Address, tmp_path: Path) -> None:
    (tmp_path / "f.sql").write_text(
        "create function a() returns int language plpgsql as $body$ begin perform 1; return 2; end $body$;\n"
        "create function b() returns int begin atomic select case when true then 1 end; select 3; end;\n"
        "create table t (id int default 5);"
    )
    prepare(database, tmp_path, "f.sql")
    assert value(database, "select a() + b()") == 5


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("create table t (id int);\n\n  select nme\n  from t;", "bad.sql:3:10\n  3 │   select nme\n    │          ^\n"),
        ("create table t (id int primary key);\ninsert into t values (1);\ninsert into t values (1);", "bad.sql:3:1\n"),
        ("create table t (é text);\nselect é, ä from t;", "bad.sql:2:11\n"),
        ("\\connect other\n", "bad.sql:1:1\n"),
        ("begin; create table t (id int);", "bad.sql\n"),
    ],
)
def test_a_failing_statement_is_shown_under_its_line(database: Address, tmp_path: Path, text: str, shown: str) -> None:
    (tmp_path / "bad.sql").write_text(text)
    with pytest.raises(StageError) as failure:
        prepare(database, tmp_path, "bad.sql")
    assert str(failure.value).startswith(shown)


def test_what_is_missing_or_empty_is_told(database: Address, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for item, said in (("empty", "holds no .sql file"), ("gone.sql", "is not there"), ("gone", "is not there")):
        with pytest.raises(StageError, match=said):
            prepare(database, tmp_path, item)


def test_a_setup_that_hangs_ends_with_its_time(database: Address, tmp_path: Path) -> None:
    (tmp_path / "slow.sql").write_text("select pg_sleep(60)")
    with pytest.raises(StageError, match="did not end within"):
        prepare(database, tmp_path, "slow.sql", seconds=0.3)
