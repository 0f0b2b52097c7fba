from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from dovetail.check.equality import as_decimal, freeze, is_equal, is_same
from dovetail.model.data import Data

ID = UUID("7f2c1d34-0b0f-4b8a-9d3c-2f1a9c3d4e5f")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (1, 1.0, True),
        (0.1, Decimal("0.1"), True),
        (Decimal("1.10"), Decimal("1.1"), True),
        (1, True, False),
        (0, False, False),
        (None, False, False),
        ("1", 1, False),
        ("true", True, False),
        ("nonsense", ID, False),
        ("nonsense", Decimal(1), False),
        ("nonsense", date(2026, 1, 1), False),
        ("nonsense", timedelta(1), False),
        ("2026-01-01", date(2026, 1, 1), True),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1), True),  # noqa: DTZ001 - databases answer so
        (60, timedelta(minutes=1), True),
        ("ü", "ü".encode(), True),
        ("\udcff", b"\xff", True),
        (ID, b"nonsense", False),
        (date(2026, 1, 1), b"2026-01-01", False),
        (float("nan"), 1.0, False),
        (Decimal("NaN"), Decimal("NaN"), True),
    ],
)
def test_plain_values_either_way_round(one: Data, other: Data, expected: object) -> None:
    assert is_same(one, other) is expected
    assert is_same(other, one) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"a": [1, {"b": 2}]}, {"a": (1.0, {"b": Decimal(2)})}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1}, [1], False),
        ([1], {"a": 1}, False),
        ([1, 2], [1], False),
        ([1, 2], [1, 3], False),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, False),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, False),
        (["a"], "a", False),
        ("a", ["a"], False),
        ("{}", {}, False),
        ("[]", [], False),
        (1, [1], False),
        ([True], [1], False),
    ],
)
def test_whole_values(one: Data, other: Data, expected: object) -> None:
    assert is_equal(one, other) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (1, 1.0, True),
        (0.1, Decimal("0.1"), True),
        (1, True, False),
        ({"a": [1]}, {"a": [1.0]}, True),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ([1, 2], [2, 1], False),
        ("1", 1, False),
    ],
)
def test_frozen_values_are_equal_for_equal_values(one: Data, other: Data, expected: object) -> None:
    assert (freeze(one) == freeze(other)) is expected
    assert not expected or hash(freeze(one)) == hash(freeze(other))


def test_a_float_is_read_as_people_read_it() -> None:
    assert as_decimal(19.98) == Decimal("19.98")
