import pytest

from dovetail.check.case import Case
from dovetail.check.compare import compare_list, compare_object
from dovetail.check.judge import weigh
from dovetail.model.data import Data


def compared(expected: Data, actual: Data, *, is_whole: bool = False) -> tuple[int, list[str]]:
    case = Case(weigh, actual, expected, ())
    if isinstance(expected, dict):
        compare_object(case, expected, actual, None, weigh, is_whole=is_whole)
    elif isinstance(expected, list):
        compare_list(case, expected, actual, None, weigh)
    return case.evaluated, [f"{one.path}: {one.why}" for one in case.judgement().mismatches]


@pytest.mark.parametrize(
    ("expected", "actual", "evaluated", "whys"),
    [
        ({"a": 1}, {"a": 1}, 1, []),
        ({}, {"a": 1}, 0, []),
        ({"a": 1}, None, 1, [": null, not an object"]),
        ({"status": 1}, {"statuss": 1}, 1, ["status: there is statuss"]),
        ({"status": 1}, {"body": 1}, 1, ["status: "]),
        ({"a": {"b": 1}}, {}, 1, ["a: "]),
        ({"a": [1]}, {}, 1, ["a: "]),
        ([1], "1", 1, [": a text, not a list"]),
        ([1, 2], [1], 2, [": [1] is missing: 2"]),
        ([1], [1, 2, 3], 3, [": [1] was not expected: 2"]),
        ([], [1], 1, [": [0] was not expected: 1"]),
    ],
)
def test_what_is_counted_and_why(expected: Data, actual: Data, evaluated: int, whys: list[str]) -> None:
    assert compared(expected, actual) == (evaluated, whys)


def test_a_whole_object_has_no_other_keys() -> None:
    assert compared({"a": 1}, {"a": 1, "b": 2}, is_whole=True)[1] == ["b: nothing else was expected here"]


def test_a_whole_empty_object_asks_for_an_empty_one() -> None:
    assert compared({}, {}, is_whole=True) == (1, [])
