"""When two values are the same, whatever types a protocol or a database made of them; called by the judge."""

from collections.abc import Callable, Hashable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from math import isnan
from typing import Any, TypeGuard, cast
from uuid import UUID

from dovetail.check.moment import read_moment, read_span
from dovetail.check.route import is_list
from dovetail.model.data import Data

Number = int | float | Decimal


def is_number(value: object) -> TypeGuard[Number]:
    return isinstance(value, Number) and not isinstance(value, bool)


def as_decimal(value: Number) -> Decimal:
    """Return the number as people read it: a float by its shortest text."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def is_same(expected: Data, actual: Data) -> bool:
    """Compare two plain values: numbers by value, true is not 1, a text equals what it spells."""
    if expected.__class__ is actual.__class__:
        return expected == actual or _is_same_nan_or_moment(expected, actual)
    if isinstance(expected, bool) or isinstance(actual, bool) or expected is None or actual is None:
        return False
    if isinstance(expected, Number) and isinstance(actual, Number):
        return _is_same_number(expected, actual)
    if isinstance(expected, str) or isinstance(actual, str):
        return _spells(expected, actual) if isinstance(expected, str) else _spells(str(actual), expected)
    if isinstance(expected, timedelta) or isinstance(actual, timedelta):
        return read_span(expected) == read_span(actual)
    return expected == actual


def is_equal(expected: Data, actual: Data) -> bool:
    """Compare two whole values, objects and lists included."""
    if isinstance(expected, Mapping):
        return (
            isinstance(actual, Mapping)
            and expected.keys() == actual.keys()
            and all(is_equal(value, actual[key]) for key, value in expected.items())
        )
    if isinstance(expected, list | tuple):
        return (
            isinstance(actual, list | tuple)
            and len(expected) == len(actual)
            and all(is_equal(one, other) for one, other in zip(expected, actual, strict=True))
        )
    return not isinstance(actual, Mapping) and not is_list(actual) and is_same(expected, actual)


def freeze(value: Data) -> Hashable:
    """Return something to keep in a set: equal for equal values."""
    if isinstance(value, Mapping):
        return "object", frozenset((key, freeze(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return "list", tuple(freeze(item) for item in value)
    if isinstance(value, bool):
        return "bool", value
    return as_decimal(value) if isinstance(value, Number) else cast("Hashable", value)


def _is_same_nan_or_moment(expected: Data, actual: Data) -> bool:
    """Tell of two values that Python calls unequal: NaN is NaN, a time without a zone is in UTC."""
    if isinstance(expected, datetime):
        return read_moment(expected) == read_moment(actual)
    return isinstance(expected, float | Decimal) and isnan(expected) and isnan(cast("float | Decimal", actual))


def _is_same_number(expected: Number, actual: Number) -> bool:
    if isinstance(expected, Decimal) or isinstance(actual, Decimal):
        return as_decimal(expected) == as_decimal(actual)
    return expected == actual


def _spells(text: str, value: Data) -> bool:
    """Tell whether the text is how one would write a value that JSON has no form for."""
    for kind, reads in SPELLINGS:
        if isinstance(value, kind):
            return reads(text, value)
    return False


def _is_moment(text: str, value: date) -> bool:
    moment = read_moment(text)
    return moment is not None and moment == read_moment(value)


def _is_exact_number(text: str, value: Decimal) -> bool:
    try:
        return Decimal(text) == value
    except InvalidOperation:
        return False


SPELLINGS: tuple[tuple[type, Callable[[str, Any], bool]], ...] = (
    (str, lambda text, value: text == str(value)),
    (bytes, lambda text, value: text.encode(errors="surrogateescape") == value),
    (UUID, lambda text, value: text.lower() == str(value)),
    (date, _is_moment),
    (timedelta, lambda text, value: read_span(text) == value),
    (Decimal, _is_exact_number),
)
