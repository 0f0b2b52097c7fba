from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from timeit import timeit
from uuid import UUID

import pytest

from dovetail.check.judge import judge, judge_answer
from dovetail.errors import SuiteError
from dovetail.model.data import Data, Place, Row, Table

ID = "7f2c1d34-0b0f-4b8a-9d3c-2f1a9c3d4e5f"

HOLDS: tuple[tuple[Data, Data], ...] = (
    (201, 201),
    (1, 1.0),
    (19.98, Decimal("19.98")),
    (Decimal("19.980"), 19.98),
    (float("nan"), float("nan")),
    (None, None),
    (True, True),
    ("a", "a"),
    (ID, UUID(ID)),
    (UUID(ID), ID),
    ("2026-01-31", date(2026, 1, 31)),
    ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
    (datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T13:00:00+01:00"),
    ("2026-01-31 12:00:00", datetime(2026, 1, 31, 12, tzinfo=UTC)),
    ("19.98", Decimal("19.98")),
    ("text", b"text"),
    (b"text", "text"),
    (90, timedelta(seconds=90)),
    ("1m30s", timedelta(seconds=90)),
    ({"a": 1}, {"a": 1, "b": 2}),
    ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 2, "d": 3}]}}),
    ([], []),
    ([1, 2], (1, 2)),
    ({"a": "<absent>"}, {}),
    ({"width": 3, "length": 5}, {"width": 3, "length": 5}),
)

FAILS: tuple[tuple[Data, Data, str, str, str], ...] = (
    (201, 503, "", "201", "503"),
    (1, True, "", "1", "true"),
    (True, 1, "", "true", "1"),
    (1, "1", "", "1", '"1"'),
    ("1", 1, "", '"1"', "1"),
    (None, 0, "", "null", "0"),
    (0, None, "", "0", "null"),
    ({"a": {"b": 1}}, {"a": {"b": 2}}, "a.b", "1", "2"),
    ({"a": 1}, {}, "a", "1", "absent"),
    ({"a": None}, {}, "a", "null", "absent"),
    ({"a": 1}, [1], "", "{a: 1}", "[1]"),
    ([1, 2, 3], [1, 2], "", "3 items", "2 items: [1, 2]"),
    ([], [1], "", "0 items", "1 item: [1]"),
    ([1, {"a": 2}], [1, {"a": 3}], "[1].a", "2", "3"),
    ({"x-id": {"a b": 1}}, {"x-id": {"a b": 2}}, 'x-id["a b"]', "1", "2"),
    ({"a": "<absent>"}, {"a": None}, "a", "<absent>, not there at all", "null"),
    ({"a": "<any>"}, {}, "a", "<any>, anything that is there, null too", "absent"),
    ("a", b"\xff", "", '"a"', "1 bytes ff"),
)


@pytest.mark.parametrize(("expected", "actual"), HOLDS)
def test_it_holds(expected: Data, actual: Data) -> None:
    judgement = judge(expected, actual)
    assert judgement.mismatches == ()
    assert judgement.evaluated >= 1


@pytest.mark.parametrize(("expected", "actual", "path", "wanted", "got"), FAILS)
def test_it_fails_with_path_and_both_values(expected: Data, actual: Data, path: str, wanted: str, got: str) -> None:
    (mismatch,) = judge(expected, actual).mismatches
    assert (mismatch.path, mismatch.expected, mismatch.got) == (path, wanted, got)


@pytest.mark.parametrize(
    ("expected", "actual", "count"),
    [
        ({}, {"a": 1}, 0),
        ({"a": {}}, {"a": {"b": 1}}, 0),
        ({"status": 200, "json": {"id": "<int>", "tags": ["a", "b"]}}, {"status": 200, "json": {"id": 1}}, 3),
        ({"each": {"a": 1, "b": 2}}, [{"a": 1, "b": 2}] * 3, 6),
        ({"each": 1}, [], 0),
        ([], [], 1),
        ({"at_least": 1, "at_most": 3}, 2, 2),
    ],
)
def test_what_was_evaluated_is_counted(expected: Data, actual: Data, count: int) -> None:
    assert judge(expected, actual).evaluated == count


def test_each_over_an_empty_list_is_not_green() -> None:
    (mismatch,) = judge({"items": {"each": {"id": "<int>"}}}, {"items": []}).mismatches
    assert mismatch.path == "items"
    assert "the list is empty" in mismatch.why


def test_a_type_that_differs_is_explained() -> None:
    assert judge(1, "1").mismatches[0].why == "a text, not a number"


@pytest.mark.parametrize(("actual", "kind"), [([1], "a list"), ({"a": 1}, "an object")])
def test_a_plain_value_that_met_a_list_or_an_object_is_explained(actual: Data, kind: str) -> None:
    assert judge(5, actual).mismatches[0].why == f"{kind}, not a number"


def test_a_kind_that_is_none_names_the_nearest() -> None:
    assert judge("<uid>", ID).mismatches[0].why == "<uid> is no kind: did you mean <uuid>?"


@pytest.mark.parametrize(
    ("written", "actual", "why"),
    [
        ({"naer": 10, "within": 0.1}, 10, "a number, not an object; naer is no rule: did you mean near?"),
        ({"near": 10, "withn": 0.1}, 10, "a number, not an object; withn is no rule: did you mean within?"),
        ({"contians": "a"}, "cat", "a text, not an object; contians is no rule: did you mean contains?"),
        ({"amount": 10}, 10, "a number, not an object"),
    ],
)
def test_a_misspelt_rule_that_met_no_object_is_named(written: Data, actual: Data, why: str) -> None:
    assert judge(written, actual).mismatches[0].why == why


@pytest.mark.parametrize(
    ("expected", "actual", "why"),
    [
        (1, 2, ""),
        (None, 1, ""),
        (1, None, ""),
        ({"a": 1}, {}, ""),
        (["a"], "<absent>", "a text, not a list"),
        ("<like nothing at all>", "x", ""),
        ("<b", 1, "a number, not a text"),
        ("b>", 1, "a number, not a text"),
    ],
)
def test_nothing_is_explained_that_is_seen_at_once(expected: Data, actual: Data, why: str) -> None:
    assert judge(expected, actual).mismatches[0].why == why


def test_a_missing_key_names_the_nearest_that_is_there() -> None:
    assert judge({"customerID": "<any>"}, {"customerId": 1}).mismatches[0].why == "there is customerId"


def test_a_rule_that_looks_like_a_key_of_the_answer_is_explained() -> None:
    (mismatch,) = judge({"length": 5}, {"length": 5}).mismatches
    assert "write exact: {length: …}" in mismatch.why


def test_a_rule_written_wrong_is_an_error_at_its_place() -> None:
    written = Table("orders.yaml")
    written["total"] = {"between": [1]}
    written.marks["total"] = (7, 3, 7, 10)
    with pytest.raises(SuiteError) as refusal:
        judge(written, {"total": 1})
    problem = refusal.value.problems[0]
    assert (problem.file, problem.line) == ("orders.yaml", 7)
    assert "between wants two bounds" in problem.what
    assert "between: [1, 10]" in problem.now


def written_list() -> Table:
    row = Row("orders.yaml")
    rule = Table("orders.yaml")
    rule["sku"] = "A"
    rule.marks["sku"] = (9, 8, 9, 13)
    each = Table("orders.yaml")
    each["each"] = rule
    each.marks["each"] = (8, 6, 8, 12)
    row.append(each)
    row.marks.append((7, 4))
    top = Table("orders.yaml")
    top["items"] = row
    top.marks["items"] = (6, 2, 6, 9)
    return top


def test_the_place_is_that_of_the_written_line_even_inside_a_rule() -> None:
    (mismatch,) = judge(written_list(), {"items": [[{"sku": "A"}, {"sku": "B"}]]}).mismatches
    assert mismatch.path == "items[0][1].sku"
    assert mismatch.place == Place("orders.yaml", 9, 8)


def test_the_place_comes_from_the_origin_where_values_were_filled_in() -> None:
    filled: Data = {"items": [{"each": {"sku": "A"}}]}
    (mismatch,) = judge(filled, {"items": [[{"sku": "B"}]]}, origin=written_list()).mismatches
    assert mismatch.place == Place("orders.yaml", 9, 8)


def test_the_path_starts_with_what_the_answer_is_called() -> None:
    assert judge({"id": 1}, {"id": 2}, ("json",)).mismatches[0].path == "json.id"


def test_the_facets_of_an_answer_are_never_rules() -> None:
    assert judge_answer({"length": 3}, {"length": 3}).evaluated == 1
    assert judge_answer({"length": 3}, {"length": 3}).holds
    assert not judge({"length": 3}, {"length": 3}).holds


def test_an_answer_is_judged_as_a_whole_under_the_lines_that_were_read() -> None:
    facets: dict[str, Data] = {"status": 201, "json": {"id": 7}, "headers": {"x-id": 8}}
    filled: dict[str, Data] = {"json": {"id": {"same_as": "headers.x-id"}}, "items": [[{"sku": "A"}]]}
    same, missing = judge_answer(filled, facets, origin=written_list()).mismatches
    assert (same.path, same.expected, same.got) == ("json.id", "the same as headers.x-id, which is 8", "7")
    assert (missing.path, missing.place) == ("items", Place("orders.yaml", 6, 2))
    assert judge_answer(written_list(), {}).mismatches[0].place == Place("orders.yaml", 6, 2)


def test_an_answer_is_judged_in_microseconds() -> None:
    expected: Data = {"status": 201, "json": {"id": "<uuid>", "status": "pending", "total": {"near": 19.98}}}
    facets: Data = {"status": 201, "json": {"id": ID, "status": "pending", "total": 19.98, "more": [1, 2]}}
    rounds = 200
    best = min(timeit(lambda: judge(expected, facets), number=rounds) for _ in range(20)) / rounds
    assert best < 100e-6
