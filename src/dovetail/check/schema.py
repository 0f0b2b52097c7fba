"""JSON Schema, by a library that only suites with the rule `schema` load; called by that rule."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias, cast
from uuid import UUID

from dovetail.errors import MissingPartError, Problem, SuiteError
from dovetail.errors.nearest import nearest
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
NAMING = frozenset({"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"})
HOLDING_WORDS = (
    "additionalItems additionalProperties allOf anyOf contains contentSchema else if items not oneOf prefixItems"
    " propertyNames then unevaluatedItems unevaluatedProperties"
)
ASKING_WORDS = (
    "$dynamicRef $recursiveRef $ref const contentEncoding contentMediaType dependencies dependentRequired enum"
    " exclusiveMaximum exclusiveMinimum format maxContains maximum maxItems maxLength maxProperties minContains minimum"
    " minItems minLength minProperties multipleOf nullable pattern required type uniqueItems"
)
NOTING_WORDS = (
    "$anchor $comment $dynamicAnchor $id $recursiveAnchor $schema $vocabulary default deprecated description"
    " discriminator example examples externalDocs id readOnly title writeOnly xml"
)
HOLDING = frozenset(HOLDING_WORDS.split())
ASKING = NAMING | HOLDING | frozenset(ASKING_WORDS.split())
KNOWN = ASKING | frozenset(NOTING_WORDS.split())
MISSPELT = frozenset(word for word in ASKING if len(word) > len("not"))
ALIKE = 0.8


def find_misspelling(schema: Data) -> tuple[str, str]:
    """Return the first word that JSON Schema would pass over and the one it is like; two empty texts where none is."""
    for part in _parts(schema):
        for word in part:
            near = "" if word in KNOWN or word.startswith("x-") else nearest(word, MISSPELT, ALIKE)
            if near:
                return word, near
    return "", ""


def _parts(schema: Data) -> Iterator[Mapping[str, Data]]:
    """Yield every schema that `schema` holds, itself first; what stands under a name or a value is none."""
    if isinstance(schema, list | tuple):
        for item in schema:
            yield from _parts(item)
    elif isinstance(schema, Mapping):
        yield schema
        for word, value in schema.items():
            if word in HOLDING:
                yield from _parts(value)
            elif word in NAMING and isinstance(value, Mapping):
                yield from _parts([*value.values()])


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
