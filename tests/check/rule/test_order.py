from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dovetail.check.judge import judge
from dovetail.check.rule.order import is_measure, measures
from dovetail.errors import SuiteError
from dovetail.model.data import Data

Says = Callable[[Data, Data], list[tuple[str, str, str]]]
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"at_least": 1}, 1),
        ({"at_most": 1}, Decimal("0.5")),
        ({"more_than": 1}, 1.5),
        ({"less_than": 1}, 0),
        ({"at_least": 1, "less_than": 3}, 2),
        ({"between": [1, 3]}, 1),
        ({"between": [1, 3]}, 3),
        ({"between": ["2026-01-01", "2026-12-31"]}, NOON),
        ({"at_least": "2026-01-31T11:00:00Z"}, "2026-01-31T12:00:00Z"),
        ({"at_most": "500ms"}, timedelta(milliseconds=400)),
        ({"more_than": date(2026, 1, 30)}, NOON),
        ({"near": 19.98, "within": 0.01}, 19.99),
        ({"near": 19.98, "within": 0.01}, Decimal("19.97")),
        ({"near": 100, "within": "1%"}, 101),
        ({"near": 100, "within": "5%"}, 104),
        ({"between": ["1s", "10s"]}, timedelta(seconds=10)),
        ({"between": [1, "10s"]}, timedelta(seconds=1)),
        ({"near": 0.3}, 0.1 + 0.2),
        ({"near": 5, "within": 0}, 5),
        ({"near": NOON, "within": "5s"}, "2026-01-31T12:00:05Z"),
        ({"near": timedelta(seconds=2), "within": 1}, timedelta(seconds=3)),
    ],
)
def test_it_holds(expected: Data, actual: Data) -> None:
    assert judge(expected, actual).holds


@pytest.mark.parametrize(
    ("expected", "actual", "wanted"),
    [
        ({"at_least": 2}, 1, "at least 2"),
        ({"at_most": 2}, 3, "at most 2"),
        ({"more_than": 2}, 2, "more than 2"),
        ({"less_than": 2}, 2, "less than 2"),
        ({"between": [1, 3]}, 4, "between 1 and 3"),
        ({"between": [1, 3]}, 0, "between 1 and 3"),
        ({"between": [1, 3]}, "2", "between 1 and 3"),
        ({"at_least": 1}, True, "at least 1"),
        ({"at_least": 1}, None, "at least 1"),
        ({"at_least": 1}, float("nan"), "at least 1"),
        ({"at_least": float("nan")}, 1, "at least nan"),
        ({"at_least": "1s"}, "a while", 'at least "1s"'),
        ({"at_least": timedelta(seconds=1)}, "a while", "at least 0:00:01"),
        ({"at_least": "2026-01-31"}, timedelta(seconds=1), 'at least "2026-01-31"'),
        ({"at_least": "2026-01-31"}, "a day", 'at least "2026-01-31"'),
        ({"between": ["1s", "10s"]}, timedelta(seconds=11), 'between "1s" and "10s"'),
        ({"near": 1}, 2, "near 1"),
        ({"near": float("inf")}, 1, "near inf"),
        ({"near": float("inf")}, float("inf"), "near inf"),
        ({"near": 19.98, "within": 0.01}, 20, "near 19.98 within 0.01"),
        ({"near": 100, "within": "1%"}, 102, "near 100 within 1%"),
        ({"near": 1, "within": 1}, float("inf"), "near 1 within 1"),
        ({"near": 1, "within": 1}, "1", "near 1 within 1"),
        ({"near": NOON, "within": "5s"}, "2026-01-31T12:00:06Z", "near 2026-01-31T12:00:00+00:00 within 5s"),
    ],
)
def test_it_fails(says: Says, expected: Data, actual: Data, wanted: str) -> None:
    assert [one[1] for one in says(expected, actual)] == [wanted]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"between": [3, 1]}, "lower bound first"),
        ({"between": [1, "2026-01-31"]}, "lower bound first"),
        ({"between": ["10s", "1s"]}, "lower bound first"),
        ({"between": [1]}, "two bounds"),
        ({"between": [1, "many"]}, "two bounds"),
        ({"between": ["few", 1]}, "two bounds"),
        ({"between": 1}, "two bounds"),
        ({"at_least": "many"}, "a number, a time or a duration"),
        ({"at_most": None}, "a number, a time or a duration"),
        ({"near": "x"}, "near wants"),
        ({"near": 1, "within": "a bit"}, "within wants"),
        ({"near": 1, "within": "²%"}, "within wants"),
        ({"near": 1, "within": "a%"}, "within wants"),
        ({"near": 1, "within": "1.5.5%"}, "within wants"),
        ({"near": 1, "within": "5"}, "within wants"),
        ({"near": 1, "within": Decimal("NaN")}, "within wants"),
        ({"near": 1, "within": float("nan")}, "within wants"),
        ({"near": 1, "within": float("inf")}, "within wants"),
        ({"near": 1, "within": -1}, "within wants"),
        ({"near": NOON}, "needs within"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(written: Data, message: str) -> None:
    with pytest.raises(SuiteError, match=message):
        judge(written, 1)


def test_within_alone_is_plain_data() -> None:
    assert judge({"within": 1}, {"within": 1}).holds


def test_values_without_a_common_scale_have_no_measures() -> None:
    assert measures("a", "b") is None
    assert measures(1, NOON) is None


def test_a_bool_is_no_measure() -> None:
    assert not is_measure(value=True)
