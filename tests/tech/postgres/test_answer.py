"""Claims about the facets of an answer."""

import pytest

from dovetail.model.data import Bound
from dovetail.tech.postgres.answer import describe, last_result, read_failure, read_refusal, read_result
from dovetail.tech.postgres.connection import GarbledError, RefusedError, Reply
from dovetail.tech.postgres.message import Refusal, Result


def test_sql_is_told_on_one_line_with_its_values_in_place() -> None:
    subject = Bound(("select *\n  from t where a = ", " and b = ", " and c = ", ""), ("it's", 5, None))
    assert describe(subject) == "select * from t where a = 'it''s' and b = 5 and c = null"
    assert describe("select 1 " + "x" * 1000).endswith("x…")


@pytest.mark.parametrize(("tag", "count"), [("INSERT 0 3", 3), ("UPDATE 2", 2), ("CREATE TABLE", 0), ("", 0)])
def test_a_change_counts_what_it_changed(tag: str, count: int) -> None:
    facets = read_result(Result(tag=tag), "x").facets
    assert (facets["count"], facets["rows"], facets["row"], facets["status"]) == (count, [], None, tag)


def test_of_several_statements_the_last_one_of_the_user_answers() -> None:
    results = [Result(tag=tag) for tag in ("BEGIN", "SAVEPOINT", "INSERT 0 1", "SELECT 1", "RELEASE")]
    assert last_result(Reply(results), 2, 1).tag == "SELECT 1"
    assert last_result(Reply([]), 0, 0).tag == ""


def test_a_refusal_offers_only_what_the_server_said() -> None:
    answer = read_refusal(Refusal("23505", "duplicate", constraint="t_pkey"), "insert …")
    assert answer.facets["error"] == {
        "kind": "server",
        "code": "23505",
        "message": "duplicate",
        "constraint": "t_pkey",
    }
    assert answer.error == "duplicate (23505)"


@pytest.mark.parametrize(
    ("refusal", "hint"),
    [
        (Refusal("25001", "VACUUM cannot run inside a transaction block"), "isolation: clone"),
        (Refusal("42601", 'syntax error at or near "$1"'), "bound as data"),
    ],
)
def test_a_refusal_that_dovetail_caused_names_the_cure(refusal: Refusal, hint: str) -> None:
    assert hint in read_refusal(refusal, "x").error


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (TimeoutError(), "timeout"),
        (ConnectionRefusedError("no"), "refused"),
        (ConnectionResetError(), "reset"),
        (EOFError(), "closed"),
        (GarbledError("HTTP"), "protocol"),
        (RefusedError(Refusal("28P01", "wrong password")), "server"),
    ],
)
def test_each_way_of_no_answer_has_its_kind(failure: Exception, kind: str) -> None:
    answer = read_failure(failure, "select 1", 2)
    error = answer.facets["error"]
    assert isinstance(error, dict)
    assert error["kind"] == kind
    assert answer.error
