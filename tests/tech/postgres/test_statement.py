"""Claims about cutting SQL into statements and turning values into placeholders."""

import pytest

from dovetail.errors import SuiteError
from dovetail.model.data import Bound
from dovetail.tech.postgres.statement import split, split_bound


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("select 1; select 2", ["select 1", "select 2"]),
        (" ;; -- nothing\n /* here /* nested */ ; */ ;", []),
        ("select ';' as a;", ["select ';' as a"]),
        (r"select E'it\'s; ' || 'x''; y'; select 2", [r"select E'it\'s; ' || 'x''; y'", "select 2"]),
        ('select 1 as "a;b"";c"; select 2', ['select 1 as "a;b"";c"', "select 2"]),
        ("select $$a;b$$, $x$ $$ ; $x$; select $1", ["select $$a;b$$, $x$ $$ ; $x$", "select $1"]),
        ("select 1 -- a; b\n; select /* ; */ 2;", ["select 1", "select /* ; */ 2"]),
        (
            "create function f() returns int begin atomic select case when a then 1 end; select 2; end; select 3",
            [
                "create function f() returns int begin atomic select case when a then 1 end; select 2; end",
                "select 3",
            ],
        ),
        ("begin; select 1; end;", ["begin", "select 1", "end"]),
        ("select 'unterminated; select 2", ["select 'unterminated", "select 2"]),
    ],
)
def test_statements_end_where_postgres_ends_them(text: str, statements: list[str]) -> None:
    assert [statement.sql for statement in split(text)] == statements


def test_a_statement_knows_where_it_began_and_its_bare_words() -> None:
    first, second = split("-- note\nselect 1;\n\n  Update t set a = lower('delete') where f (1)")
    assert (first.start, second.start) == (8, 21)
    assert second.words == ("update", "t", "set", "a", "lower", "where", "f")
    assert second.calls == ("lower", "f")


def test_copied_data_belongs_to_its_copy() -> None:
    copy, after = split("copy t (a) from stdin;\n1; x\n\\.\nselect 2;")
    assert (copy.sql, copy.data, after.sql) == ("copy t (a) from stdin", "1; x\n", "select 2")


def test_a_command_of_psql_stands_alone() -> None:
    assert [(s.sql, s.words) for s in split("\\connect x\nselect 1")] == [
        ("\\connect x", ("\\connect",)),
        ("select 1", ("select",)),
    ]


@pytest.mark.parametrize(
    ("parts", "sql", "values"),
    [
        (("select * from t where id = ", ""), ["select * from t where id = $1"], [(0,)]),
        (("select ", ", ", ""), ["select $1, $2"], [(0, 1)]),
        (("select ", "; select ", ", ", ""), ["select $1", "select $1, $2"], [(0,), (1, 2)]),
        (("select '", "'"), ["select $1"], [(0,)]),
        (("select 'a ", " b ", "'"), ["select ('a ' || $1::text || ' b ' || $2::text)"], [(0, 1)]),
        (("select 1 -- ", "\n, ", ""), ["select 1 -- ?\n, $1"], [(1,)]),
    ],
)
def test_values_become_placeholders(parts: tuple[str, ...], sql: list[str], values: list[tuple[int, ...]]) -> None:
    found = split_bound(Bound(parts, (None,) * (len(parts) - 1)))
    assert [statement.sql for statement in found] == sql
    assert [statement.values for statement in found] == values


@pytest.mark.parametrize("parts", [('select * from "', '"'), ("do $$ begin ", " end $$")])
def test_a_value_where_none_can_be_bound_is_refused(parts: tuple[str, ...]) -> None:
    with pytest.raises(SuiteError, match="bound as data"):
        split_bound(Bound(parts, ("x",)))
