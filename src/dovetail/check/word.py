"""The kinds and rules as Python values, for tests: the same data that YAML would hold; handed on by the package.

A trailing underscore keeps a word clear of a built-in one.
"""

import datetime as dt
from decimal import Decimal

from dovetail.model.data import Data

Bound = int | float | Decimal | str | dt.date | dt.timedelta

any_value = "<any>"
string = "<string>"
integer = "<int>"
number = "<number>"
boolean = "<bool>"
uuid = "<uuid>"
email = "<email>"
url = "<url>"
date = "<date>"
datetime = "<datetime>"
jwt = "<jwt>"
base64 = "<base64>"
absent = "<absent>"
null = "<null>"
empty = "<empty>"


def match(pattern: str) -> Data:
    return {"match": pattern}


def contains(*parts: Data) -> Data:
    return {"contains": parts[0] if len(parts) == 1 else parts}


def starts_with(text: str) -> Data:
    return {"starts_with": text}


def ends_with(text: str) -> Data:
    return {"ends_with": text}


def between(low: Bound, high: Bound) -> Data:
    return {"between": (low, high)}


def at_least(bound: Bound) -> Data:
    return {"at_least": bound}


def at_most(bound: Bound) -> Data:
    return {"at_most": bound}


def more_than(bound: Bound) -> Data:
    return {"more_than": bound}


def less_than(bound: Bound) -> Data:
    return {"less_than": bound}


def near(value: Bound, within: Bound | None = None) -> Data:
    return {"near": value} if within is None else {"near": value, "within": within}


def one_of(*choices: Data) -> Data:
    return {"one_of": choices}


def not_(expected: Data) -> Data:
    return {"not": expected}


def length(expected: Data) -> Data:
    return {"length": expected}


def each(expected: Data) -> Data:
    return {"each": expected}


def any_order(*items: Data) -> Data:
    return {"any_order": items}


def unique(by: str = "") -> Data:
    return {"unique": {"by": by} if by else True}


def sorted_(by: str = "", *, order: str = "ascending") -> Data:
    return {"sorted": {"by": by, "order": order} if by else order}


def same_as(route: str) -> Data:
    return {"same_as": route}


def schema(written: Data) -> Data:
    return {"schema": written}


def exact(expected: Data) -> Data:
    return {"exact": expected}


def exactly(value: Data) -> Data:
    return {"exactly": value}
