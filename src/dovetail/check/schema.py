"""JSON Schema, by a library that only suites with the rule `schema` load; called by that rule."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias, cast
from uuid import UUID

from dovetail.errors import MissingPartError, Problem, SuiteError
from dovetail.model.data import Data, Path

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | None"

MOST = 20
WRITERS: tuple[tuple[type, Callable[[Any], Json]], ...] = (
    (Decimal, lambda value: int(value) if value == value.to_integral_value() else float(value)),
    (bytes, lambda value: value.decode(errors="replace")),
    (date, lambda value: value.isoformat()),
    (timedelta, lambda value: value.total_seconds()),
    (UUID, str),
)


def find_violations(schema: Mapping[str, Data], value: Data) -> tuple[tuple[Path, str], ...]:
    """Return where the value breaks the schema and how, the first few; a SuiteError where the schema is none."""
    try:
        import jsonschema_rs  # noqa: PLC0415 - an extra, loaded by suites that use it
    except ImportError as missing:
        raise MissingPartError(
            Problem(
                "the rule schema needs the Python library jsonschema-rs, which is not installed",
                "install it: pip install 'dovetail[schema]'",
            )
        ) from missing
    try:
        validator = jsonschema_rs.validator_for(cast("dict[str, Any]", as_json(schema)))
    except ValueError as mistake:
        raise SuiteError(Problem(f"this is no JSON Schema: {str(mistake).splitlines()[0]}")) from mistake
    violations = []
    for error in validator.iter_errors(as_json(value)):
        violations.append((tuple(error.instance_path), error.message))
        if len(violations) == MOST:
            break
    return tuple(violations)


def as_json(value: Data) -> Json:
    """Return the value as JSON knows it: plain objects and lists, exact numbers as numbers, the rest as text."""
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    for kind, write in WRITERS:
        if isinstance(value, kind):
            return write(value)
    return cast("Json", value)
