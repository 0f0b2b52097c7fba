from collections.abc import Callable
from uuid import UUID

import pytest

from dovetail.check.judge import judge
from dovetail.errors import SuiteError
from dovetail.model.data import Data

Says = Callable[[Data, Data], list[tuple[str, str, str]]]
ID = "7f2c1d34-0b0f-4b8a-9d3c-2f1a9c3d4e5f"
SCHEMA: Data = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}}},
    "required": ["id"],
}


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"one_of": [204, 404]}, 404),
        ({"one_of": ["<null>", "<uuid>"]}, ID),
        ({"a": {"one_of": ["<absent>", 1]}}, {}),
        ({"not": "<null>"}, 0),
        ({"a": {"not": "<absent>"}}, {"a": None}),
        ({"a": {"one_of": ["<absent>", {"not": 1}]}}, {}),
        ({"not": {"contains": "error"}}, "fine"),
        ({"exact": {"id": "<uuid>"}}, {"id": ID}),
        ({"exact": {}}, {}),
        ({"exact": {"length": 3}}, {"length": 3}),
        ({"exact": {"a": {"total": {"near": 1}}}}, {"a": {"total": 1}}),
        ({"exactly": "<uuid>"}, "<uuid>"),
        ({"exactly": {"one_of": [1]}}, {"one_of": [1]}),
        ({"exactly": ID}, UUID(ID)),
        ({"a": 1, "b": {"same_as": "a"}}, {"a": 1, "b": 1}),
        ({"schema": SCHEMA}, {"id": 1, "tags": ["a"]}),
    ],
)
def test_it_holds(expected: Data, actual: Data) -> None:
    judgement = judge(expected, actual)
    assert judgement.mismatches == ()
    assert judgement.evaluated >= 1


@pytest.mark.parametrize(
    ("expected", "actual", "mismatches"),
    [
        ({"one_of": [204, 404]}, 500, [("", "one of [204, 404]", "500")]),
        ({"a": {"one_of": [1]}}, {}, [("a", "one of [1]", "absent")]),
        ({"not": 1}, 1, [("", "not 1", "1")]),
        ({"a": {"not": "<absent>"}}, {}, [("a", 'not "<absent>"', "absent")]),
        ({"not": {"each": 1}}, [], [("", "not {each: 1}", "[]")]),
        ({"id": {"not": "<null>"}}, {"ID": 1}, [("id", 'not "<null>"', "absent")]),
        ({"exact": {"a": 1}}, {"a": 1, "b": 2}, [("b", "absent", "2")]),
        ({"exact": {"a": {"b": 1}}}, {"a": {"b": 1, "c": 2}}, [("a.c", "absent", "2")]),
        ({"exact": [{"a": 1}]}, [{"a": 1, "b": 2}], [("[0].b", "absent", "2")]),
        ({"exact": {}}, {"a": 1}, [("a", "absent", "1")]),
        ({"exactly": "<any>"}, 1, [("", '"<any>"', "1")]),
        ({"exactly": {"a": "<any>"}}, {"a": 1}, [("a", '"<any>"', "1")]),
        ({"a": {"exactly": 1}}, {}, [("a", "exactly 1", "absent")]),
        ({"b": {"same_as": "a"}}, {"a": 1, "b": 2}, [("b", "the same as a, which is 1", "2")]),
        ({"b": {"same_as": "nope"}}, {"b": 2}, [("b", "the same as nope", "2")]),
    ],
)
def test_it_fails(says: Says, expected: Data, actual: Data, mismatches: list[tuple[str, str, str]]) -> None:
    assert says(expected, actual) == mismatches


def test_exactness_ends_with_its_rule() -> None:
    assert judge({"a": {"exact": {"b": 1}}, "c": {"d": 1}}, {"a": {"b": 1}, "c": {"d": 1, "e": 2}}).holds


def test_a_broken_schema_names_each_spot() -> None:
    mismatches = judge({"json": {"schema": SCHEMA}}, {"json": {"id": "x", "tags": ["a", 1]}}).mismatches
    assert {one.path for one in mismatches} == {"json.id", "json.tags[1]"}
    assert all(one.why for one in mismatches)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"one_of": 1}, "list of choices"),
        ({"one_of": []}, "list of choices"),
        ({"same_as": 1}, "path in the same answer"),
        ({"same_as": "a..b"}, "no path"),
        ({"schema": True}, "holds whatever comes"),
        ({"schema": {}}, "holds whatever comes"),
        ({"schema": {"typ": "object"}}, "did you mean `type`"),
        ({"schema": "order.json"}, "an object"),
        ({"schema": {"type": "nonsense"}}, "no JSON Schema"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(written: Data, message: str) -> None:
    with pytest.raises(SuiteError, match=message):
        judge(written, {"a": 1})


@pytest.mark.parametrize("route", ["json.items[0].id", 'json["items"][0]["id"]', "json.items.0.id"])
def test_a_value_is_not_compared_with_itself(route: str) -> None:
    with pytest.raises(SuiteError, match="compares a value with itself"):
        judge({"json": {"items": [{"id": {"same_as": route}}]}}, {"json": {"items": [{"id": 1}]}})


@pytest.mark.parametrize("written", [{"a": 1}, {"a": 1, "b": {"c": 1}}])
def test_what_is_taken_literally_has_no_key_more_at_any_depth(written: Data) -> None:
    assert not judge({"exactly": written}, {"a": 1, "b": {"c": 1, "d": 2}}).holds
    assert not judge({"exactly": [written]}, [{"a": 1, "b": {"c": 1, "d": 2}}]).holds
