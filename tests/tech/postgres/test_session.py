"""Claims about `sql` steps against the real server."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from dovetail.errors import SuiteError
from dovetail.model.address import Address
from dovetail.model.data import Bound, Data
from dovetail.plugin.driver import Act, Answer, Session, Target
from dovetail.tech.postgres.driver import driver

Query = Callable[..., Awaitable[Answer]]


def play(address: Address, scene: Callable[[Session], Awaitable[None]], *, is_rolled_back: bool = False) -> None:
    async def act() -> None:
        ours = driver()
        session = await ours.connect(Target("orders-db", address, is_rolled_back=is_rolled_back))
        try:
            await scene(session)
        finally:
            await session.close()
            await ours.close()

    asyncio.run(act())


async def ask(session: Session, sql: str, *values: Data, seconds: float = 20) -> Answer:
    subject = Bound(tuple(sql.split("?")), values) if values else sql
    return await session.perform(Act("postgres.query", subject), seconds)


@pytest.mark.parametrize(
    ("column", "value", "back"),
    [
        ("uuid", "6b8f3f4e-9a0b-4c44-8c6e-0f8a4d3b2a10", "6b8f3f4e-9a0b-4c44-8c6e-0f8a4d3b2a10"),
        ("numeric(10,2)", 19.98, 19.98),
        ("numeric", "123456789012345678901234567890.5", None),
        ("int", "42", 42),
        ("int", 42.0, 42),
        ("bigint", 2**40, 2**40),
        ("text", 5, "5"),
        ("text", "it's $1; --", "it's $1; --"),
        ("boolean", True, True),
        ("double precision", 0.1, 0.1),
        ("jsonb", {"a": [1, None, {"b": "c"}]}, {"a": [1, None, {"b": "c"}]}),
        ("jsonb", [1, 2], [1, 2]),
        ("json", [], []),
        ("int[]", [1, None, 3], [1, None, 3]),
        ("text[]", ["a,b", 'say "hi"', "back\\slash", "", "NULL"], ["a,b", 'say "hi"', "back\\slash", "", "NULL"]),
        ("int[]", [], []),
        ("int[][]", [[1, 2], [3, 4]], [[1, 2], [3, 4]]),
        ("bytea", b"\x00\xff", b"\x00\xff"),
        ("date", "2026-01-31", "2026-01-31"),
        ("timestamp", "2026-01-31T12:00:00", "2026-01-31T12:00:00"),
        ("timestamptz", "2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z"),
        ("interval", "1 day 2 hours", "1 day 02:00:00"),
        ("text", None, None),
    ],
)
def test_a_value_takes_the_type_of_its_column_and_comes_back_as_plain_data(
    database: Address, column: str, value: Data, back: Data
) -> None:
    async def scene(session: Session) -> None:
        await ask(session, f"create table t (v {column})")
        added = await ask(session, "insert into t values (?)", value)
        assert not added.error
        assert added.facets["count"] == 1
        got = (await ask(session, "select v from t")).facets["value"]
        if back is None and value is not None:
            assert str(got) == value
        else:
            assert got == back

    play(database, scene)


def test_the_facets_read_naturally(database: Address) -> None:
    async def scene(session: Session) -> None:
        answer = await ask(session, "select * from (values (1, 'a'), (2, 'b')) t(id, name) where id >= ?", 1)
        assert answer.facets == {
            "rows": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
            "row": {"id": 1, "name": "a"},
            "value": 1,
            "count": 2,
            "columns": ["id", "name"],
            "status": "SELECT 2",
        }
        assert answer.request == "select * from (values (1, 'a'), (2, 'b')) t(id, name) where id >= 1"
        assert answer.summary == "2 rows  {id: 1, name: a}"
        empty = await ask(session, "select 1 as one where false")
        assert (empty.facets["row"], empty.facets["value"], empty.facets["count"]) == (None, None, 0)

    play(database, scene)


def test_a_value_in_quotes_is_joined_to_the_text_and_still_bound(database: Address) -> None:
    async def scene(session: Session) -> None:
        answer = await ask(session, "select 'hello ?!' as a, '?' as b -- and ? here\n", "x'; drop", "y", "z")
        assert answer.facets["row"] == {"a": "hello x'; drop!", "b": "y"}

    play(database, scene)


def test_a_place_whose_type_is_open_takes_that_of_the_value(database: Address) -> None:
    async def scene(session: Session) -> None:
        values: list[Data] = [5, "five", True]
        answer = await ask(session, "select jsonb_build_object('n', ?, 's', ?, 'b', ?) as o", *values)
        assert answer.facets["value"] == {"n": 5, "s": "five", "b": True}

    play(database, scene, is_rolled_back=True)


def test_several_statements_answer_with_the_last_and_share_their_values(database: Address) -> None:
    async def scene(session: Session) -> None:
        answer = await ask(
            session, "create table t (v int); insert into t values (?), (?); select sum(v) as sum from t;", 3, 4
        )
        assert answer.facets["value"] == 7

    play(database, scene)


def test_a_refusal_is_an_answer_with_code_constraint_and_table(database: Address) -> None:
    async def scene(session: Session) -> None:
        await ask(session, "create table t (id int primary key)")
        await ask(session, "insert into t values (1)")
        answer = await ask(session, "insert into t values (1)")
        error = answer.facets["error"]
        assert isinstance(error, dict)
        assert (error["kind"], error["code"], error["constraint"], error["table"]) == ("server", "23505", "t_pkey", "t")
        assert "duplicate key" in answer.error

    play(database, scene)


def test_a_rolled_back_session_leaves_nothing_and_survives_a_refusal(database: Address) -> None:
    async def fill(session: Session) -> None:
        await ask(session, "create table t (id int primary key)")

    async def scene(session: Session) -> None:
        await ask(session, "insert into t values (1)")
        refused = await ask(session, "insert into t values (1)")
        assert "duplicate key" in refused.error
        wrong = await ask(session, "selec 1")
        assert "syntax error" in wrong.error
        assert (await ask(session, "select count(*) from t")).facets["value"] == 1

    async def look(session: Session) -> None:
        assert (await ask(session, "select count(*) from t")).facets["value"] == 0

    play(database, fill)
    play(database, scene, is_rolled_back=True)
    play(database, look)


@pytest.mark.parametrize("sql", ["begin", "commit;", "-- x\nrollback", "select 1; savepoint a", "START TRANSACTION"])
def test_a_rolled_back_session_refuses_to_steer_its_transaction(server: Address, sql: str) -> None:
    async def scene(session: Session) -> None:
        with pytest.raises(SuiteError, match="isolation: clone"):
            await ask(session, sql)

    play(server, scene, is_rolled_back=True)


def test_a_statement_that_takes_too_long_is_stopped_and_the_session_lives_on(database: Address) -> None:
    async def scene(session: Session) -> None:
        await ask(session, "create temp table t (v int)")
        slow = await ask(session, "select pg_sleep(30)", seconds=0.3)
        assert slow.facets["error"] == {"kind": "timeout", "message": "no answer within 0.3 s"}
        assert (await ask(session, "select count(*) from t")).facets["value"] == 0

    play(database, scene, is_rolled_back=True)
    play(database, scene)


def test_steps_at_the_same_moment_use_connections_of_their_own(database: Address) -> None:
    async def scene(session: Session) -> None:
        first, second = await asyncio.gather(
            ask(session, "select pg_backend_pid() as pid, pg_sleep(0.1)"),
            ask(session, "select pg_backend_pid() as pid"),
        )
        assert first.facets["value"] != second.facets["value"]

    play(database, scene)


def test_a_session_hands_its_connection_on_clean(database: Address) -> None:
    async def act() -> None:
        ours = driver()
        first = await ours.connect(Target("db", database))
        pid = (await ask(first, "select pg_backend_pid() as pid")).facets["value"]
        await ask(first, "set search_path = nowhere")
        await ask(first, "begin")
        await ask(first, "create temp table t (v int)")
        await first.close()
        second = await ours.connect(Target("db", database))
        assert (await ask(second, "select pg_backend_pid() as pid")).facets["value"] == pid
        assert (await ask(second, "show search_path")).facets["value"] == '"$user", public'
        assert "does not exist" in (await ask(second, "select * from t")).error
        await second.close()
        await ours.close()

    asyncio.run(act())


def test_nobody_there_is_refused(server: Address) -> None:
    async def scene(session: Session) -> None:
        answer = await ask(session, "select 1")
        assert answer.error
        error = answer.facets["error"]
        assert isinstance(error, dict)
        assert error["kind"] == "refused"

    play(server.at("127.0.0.1", 1), scene)


def test_a_wrong_password_is_told_in_the_servers_words(server: Address) -> None:
    async def scene(session: Session) -> None:
        assert "password authentication failed" in (await ask(session, "select 1")).error

    play(Address("127.0.0.1", server.port, "postgresql", "postgres", "wrong", "/orders-db"), scene)
