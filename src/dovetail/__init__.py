"""Dovetail proves that the parts of a multi-service system work together."""

# The one __init__ with logic: every command starts by importing it, so it loads its words only when one is asked for.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from dovetail.app.python.environment import Environment
    from dovetail.check.word import (
        absent,
        any_order,
        any_value,
        at_least,
        at_most,
        base64,
        between,
        boolean,
        contains,
        date,
        datetime,
        each,
        email,
        empty,
        ends_with,
        exact,
        exactly,
        integer,
        jwt,
        length,
        less_than,
        match,
        more_than,
        near,
        not_,
        null,
        number,
        one_of,
        same_as,
        schema,
        sorted_,
        starts_with,
        string,
        unique,
        url,
        uuid,
    )

HOMES = {"Environment": "dovetail.app.python.environment"}
WORDS = "dovetail.check.word"

__all__ = [
    "Environment",
    "absent",
    "any_order",
    "any_value",
    "at_least",
    "at_most",
    "base64",
    "between",
    "boolean",
    "contains",
    "date",
    "datetime",
    "each",
    "email",
    "empty",
    "ends_with",
    "exact",
    "exactly",
    "integer",
    "jwt",
    "length",
    "less_than",
    "match",
    "more_than",
    "near",
    "not_",
    "null",
    "number",
    "one_of",
    "same_as",
    "schema",
    "sorted_",
    "starts_with",
    "string",
    "unique",
    "url",
    "uuid",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - see above

    return getattr(import_module(HOMES.get(name, WORDS)), name)
