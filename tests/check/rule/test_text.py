from collections.abc import Callable

import pytest

from dovetail.check.judge import judge
from dovetail.errors import SuiteError
from dovetail.model.data import Data

Says = Callable[[Data, Data], list[tuple[str, str, str]]]


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"match": "^ORD-[0-9]+$"}, "ORD-17"),
        ({"match": "[0-9]"}, "found 1 in it"),
        ({"match": "a"}, b"cat"),
        ({"starts_with": "ORD"}, "ORD-17"),
        ({"ends_with": ".pdf"}, "a.pdf"),
        ({"starts_with": "a", "ends_with": "c"}, "abc"),
    ],
)
def test_it_holds(expected: Data, actual: Data) -> None:
    assert judge(expected, actual).holds


@pytest.mark.parametrize(
    ("expected", "actual", "wanted"),
    [
        ({"match": "^b"}, "abc", "a text that matches ^b"),
        ({"match": "1"}, 1, "a text that matches 1"),
        ({"match": "."}, None, "a text that matches ."),
        ({"starts_with": "b"}, "abc", 'a text that starts with "b"'),
        ({"ends_with": "b"}, "abc", 'a text that ends with "b"'),
        ({"starts_with": "1"}, 1, 'a text that starts with "1"'),
    ],
)
def test_it_fails(says: Says, expected: Data, actual: Data, wanted: str) -> None:
    assert [one[1] for one in says(expected, actual)] == [wanted]


def test_what_is_absent_matches_nothing(says: Says) -> None:
    assert says({"a": {"match": ".*"}}, {}) == [("a", 'match ".*"', "absent")]


@pytest.mark.parametrize("written", [{"match": "("}, {"match": 1}, {"starts_with": 1}, {"ends_with": ["a"]}])
def test_a_rule_that_cannot_be_is_refused(written: Data) -> None:
    with pytest.raises(SuiteError, match="for example"):
        judge(written, "abc")


@pytest.mark.parametrize("name", ["match", "starts_with", "ends_with"])
def test_a_rule_that_every_text_would_meet_is_refused(name: str) -> None:
    with pytest.raises(SuiteError, match=f"{name} wants .*, an empty one fits every text"):
        judge({name: ""}, "abc")


def test_a_pattern_that_explodes_is_refused_in_time() -> None:
    with pytest.raises(SuiteError, match="takes more than 1 s"):
        judge({"match": "(x+x+)+y"}, "x" * 5000)
