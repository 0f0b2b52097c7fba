from collections.abc import Callable

import pytest

from dovetail.check.judge import judge
from dovetail.errors import SuiteError
from dovetail.model.data import Data

Says = Callable[[Data, Data], list[tuple[str, str, str]]]


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"contains": "ship"}, "has shipped"),
        ({"contains": ["has", "shipped"]}, "has shipped"),
        ({"contains": "a"}, b"cat"),
        ({"contains": 2}, [1, 2, 3]),
        ({"contains": ""}, [""]),
        ({"contains": {"sku": "A"}}, [{"sku": "B"}, {"sku": "A", "n": 1}]),
        ({"contains": [{"sku": "A"}, {"sku": "B"}]}, [{"sku": "B"}, {"sku": "A"}, {"sku": "C"}]),
        ({"contains": "id"}, {"id": 1}),
        ({"contains": ["id", "sku"]}, {"id": 1, "sku": "A", "n": 1}),
        ({"contains": {"length": 3}}, {"length": 3, "width": 1}),
        ({"each": {"id": "<int>"}}, [{"id": 1}, {"id": 2}]),
        ({"each": "<int>", "length": 2}, [1, 2]),
        ({"any_order": [1, 2, 3]}, [3, 1, 2]),
        ({"any_order": ["<any>", 1]}, [1, 2]),
        ({"any_order": [{"at_least": 1}, {"at_least": 2}, 3]}, [3, 1, 2]),
        ({"any_order": [{"one_of": [0, 1]}, {"one_of": [1, 2]}, {"one_of": [0, 1]}]}, [0, 1, 2]),
        ({"any_order": []}, []),
        ({"any_order": ["<any>"] * 2000}, list(range(2000))),
        ({"length": 2}, "ab"),
        ({"length": {"at_least": 1}}, [1]),
        ({"length": 1}, {"a": 1}),
        ({"unique": True}, [1, 2, "1", True]),
        ({"unique": {"by": "id"}}, [{"id": 1, "n": 1}, {"id": 2, "n": 1}]),
        ({"sorted": True}, [1, 2, 2, 10]),
        ({"sorted": True}, ["a", "b"]),
        ({"sorted": {"order": "descending"}}, [2, 1]),
        ({"sorted": "descending"}, ["2026-02-01", "2026-01-01"]),
        ({"sorted": {"by": "total", "order": "descending"}}, [{"total": 10}, {"total": 9}]),
    ],
)
def test_it_holds(expected: Data, actual: Data) -> None:
    assert judge(expected, actual).holds


@pytest.mark.parametrize(
    ("expected", "actual", "mismatches"),
    [
        ({"contains": "x"}, "abc", [("", 'a text that contains "x"', '"abc"')]),
        ({"contains": ""}, "abc", [("", 'a text that contains ""', '"abc"')]),
        ({"contains": ["a", ""]}, b"abc", [("", 'a text that contains ""', 'bytes "abc"')]),
        ({"contains": 4}, [1, 2], [("", "an item like 4", "[1, 2]")]),
        ({"contains": "x"}, {"a": 1}, [("x", "<any>, anything that is there, null too", "absent")]),
        ({"contains": 1}, "a1", [("", "a text that contains 1", '"a1"')]),
        ({"contains": 1}, 1, [("", "something that contains 1", "1")]),
        (
            {"each": "<int>"},
            [1, "2", "3"],
            [(f"[{spot}]", "<int>, a whole number", f'"{spot + 1}"') for spot in (1, 2)],
        ),
        ({"each": 1}, [], [("", "a list of items like 1", "[]")]),
        ({"each": 1}, {"a": 1}, [("", "a list", "{a: 1}")]),
        ({"any_order": [1, 2]}, [1, 3], [("", "2", "not among [1, 3]")]),
        ({"any_order": [1]}, [1, 3], [("[1]", "absent", "3")]),
        ({"any_order": [1, 1]}, [1], [("", "1", "not among [1]")]),
        ({"any_order": ["<int>", "<number>"]}, [1], [("", '"<number>"', "not among [1]")]),
        ({"any_order": ["a"]}, "a", [("", "a list", '"a"')]),
        ({"length": 2}, "abc", [("length", "2", "3")]),
        ({"length": 2}, 5, [("", "something with a length", "5")]),
        ({"unique": True}, [1, 2, 1.0], [("[2]", "unlike all items before it", "1.0")]),
        ({"unique": True}, "aa", [("", "a list", '"aa"')]),
        ({"sorted": True}, [1, 3, 2], [("[2]", "at least 3, the item before it", "2")]),
        ({"sorted": "descending"}, [1, 3], [("[1]", "at most 1, the item before it", "3")]),
        ({"sorted": True}, ["Ann Lee", "Ann"], [("[1]", 'at least "Ann Lee", the item before it', '"Ann"')]),
    ],
)
def test_it_fails(says: Says, expected: Data, actual: Data, mismatches: list[tuple[str, str, str]]) -> None:
    assert says(expected, actual) == mismatches


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann", "Ann Lee"),
        ('a"', "aZ"),
        (b"a", b"a b"),
        ("9", "Z"),
        ("2026-01-31T12:00:00+02:00", "2026-01-31T11:00:00Z"),
        ("x" * 300 + "a", "x" * 300 + "b"),
        (["x" * 300, "a"], ["x" * 300, "b"]),
        ("a", 1),
        ("a", b"b"),
    ],
)
def test_what_is_sorted_is_not_sorted_the_other_way_round(one: Data, other: Data) -> None:
    assert judge({"sorted": True}, [one, other]).holds
    assert not judge({"sorted": True}, [other, one]).holds


@pytest.mark.parametrize("rule", ["unique", "sorted"])
def test_an_empty_list_proves_nothing(rule: str) -> None:
    judgement = judge({rule: True}, [])
    assert judgement.holds
    assert judgement.evaluated == 0


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"any_order": 1}, "any_order wants a list"),
        ({"contains": []}, "contains wants something to look for"),
        ({"contains": {}}, "contains wants something to look for"),
        ({"unique": "yes"}, "unique wants true"),
        ({"sorted": "up"}, "sorted wants true"),
        ({"sorted": {"by": "a", "order": "up"}}, "sorted knows by"),
        ({"unique": {"key": "a"}}, "unique knows by"),
        ({"unique": {"by": "nope"}}, "no nope"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(written: Data, message: str) -> None:
    with pytest.raises(SuiteError, match=message):
        judge(written, [{"a": 1}])


@pytest.mark.parametrize(
    ("written", "count"),
    [({"any_order": [1, 2]}, 2), ({"any_order": []}, 1), ({"unique": True}, 1), ({"sorted": True}, 1)],
)
def test_what_a_rule_asked_of_a_list_is_counted(written: Data, count: int) -> None:
    assert judge(written, [1, 2]).evaluated == count
    assert judge(written, 5).evaluated == 1
