"""Claims about what a statement does, told from its words."""

import pytest

from dovetail.model.vocabulary import Effect
from dovetail.tech.postgres.effect import judge, steers_transaction
from dovetail.tech.postgres.statement import split_bound


@pytest.mark.parametrize(
    ("sql", "effect"),
    [
        ("select * from orders where id = 1", Effect.READS),
        ("SELECT count(*), coalesce(max(a), 0) FROM t", Effect.READS),
        ("with x as (select 1) select * from x", Effect.READS),
        ("explain select * from t", Effect.READS),
        ("explain delete from t", Effect.READS),
        ("values (1), (2)", Effect.READS),
        ("table t", Effect.READS),
        ("show search_path; select 'update t'; -- delete\n", Effect.READS),
        ('select "update" from t', Effect.READS),
        ("set search_path to x", Effect.READS),
        ("insert into t values (1)", Effect.WRITES),
        ("with x as (delete from t returning *) select * from x", Effect.WRITES),
        ("select * from t for update", Effect.WRITES),
        ("select * from t for share", Effect.WRITES),
        ("select nextval('s')", Effect.WRITES),
        ("select pg_advisory_lock(1)", Effect.WRITES),
        ("select create_order(5)", Effect.WRITES),
        ('select "create order"(5)', Effect.WRITES),
        ("select * into u from t", Effect.WRITES),
        ("explain analyze delete from t", Effect.WRITES),
        ("select 1; truncate t", Effect.WRITES),
        ("create table t (id int)", Effect.WRITES),
        ("call work()", Effect.WRITES),
        ("begin; select 1; commit", Effect.DISTURBS),
        ("vacuum t", Effect.DISTURBS),
        ("create database x", Effect.DISTURBS),
        ("create index concurrently i on t (a)", Effect.DISTURBS),
    ],
)
def test_only_what_cannot_write_reads(sql: str, effect: Effect) -> None:
    assert judge(split_bound(sql)) is effect


@pytest.mark.parametrize(
    ("sql", "steers"),
    [("Begin", True), ("prepare transaction 'x'", True), ("prepare p as select 1", False), ("select 1", False)],
)
def test_statements_that_steer_the_transaction_are_known(sql: str, steers: object) -> None:
    assert [steers_transaction(statement) for statement in split_bound(sql)] == [steers]
