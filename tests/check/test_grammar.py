import pytest

from dovetail.check.grammar import find_mistakes
from dovetail.model.data import Data, Table


@pytest.mark.parametrize(
    "expect",
    [
        {"status": 201, "json": {"id": "<uuid>", "html": "<b>", "total": {"near": 1, "within": "1%"}}},
        {"json": {"between": ["{{ low }}", 3]}},
        {"json": {"match": "{{ pattern }}"}},
        {"json": {"exactly": {"between": 1, "x": "<uid>"}}},
        {"between": 1},
    ],
)
def test_what_can_be_judged_has_no_mistakes(expect: dict[str, Data]) -> None:
    assert find_mistakes(expect) == ()


@pytest.mark.parametrize(
    ("expect", "what", "now"),
    [
        ({"json": {"id": "<uid>"}}, "<uid> is no kind", "did you mean <uuid>?"),
        ({"json": [{"not": "<nul>"}]}, "<nul> is no kind", "did you mean <null>?"),
        ({"json": {"each": {"id": "<strng>"}}}, "<strng> is no kind", "<string>"),
        ({"json": {"one_of": [1, "<strng>"]}}, "<strng> is no kind", "<string>"),
        ({"json": {"exact": {"length": "<strng>"}}}, "<strng> is no kind", "<string>"),
        ({"json": {"between": [1]}}, "between wants two bounds", "between: [1, 10]"),
        ({"json": {"not": {"match": "("}}}, "no regular expression", "match:"),
        ({"rows": {"any_order": 5}}, "any_order wants a list", "any_order: [a, b]"),
    ],
)
def test_a_mistake_is_found_before_anything_runs(expect: dict[str, Data], what: str, now: str) -> None:
    (problem,) = find_mistakes(expect)
    assert what in problem.what
    assert now in problem.now


def test_a_mistake_has_its_place() -> None:
    expect = Table("orders.yaml")
    expect["status"] = {"at_least": "many"}
    expect.marks["status"] = (12, 5, 12, 13)
    (problem,) = find_mistakes(expect)
    assert (problem.file, problem.line) == ("orders.yaml", 12)
