import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from dovetail.check.schema import MOST, as_json, find_misspelling, find_violations
from dovetail.errors import MissingPartError, SuiteError
from dovetail.model.data import Data, Table

ID = "7f2c1d34-0b0f-4b8a-9d3c-2f1a9c3d4e5f"


def test_a_violation_names_its_spot() -> None:
    ((path, what),) = find_violations({"items": {"type": "integer"}}, [1, "x"])
    assert path == (1,)
    assert "integer" in what


def test_a_schema_read_from_a_file_is_a_schema() -> None:
    table = Table("a.yaml")
    table["type"] = "object"
    assert find_violations(table, table) == ()


def test_not_every_violation_is_listed() -> None:
    assert len(find_violations({"items": {"type": "integer"}}, ["x"] * 1000)) == MOST


def test_what_is_no_schema_is_refused() -> None:
    with pytest.raises(SuiteError, match="no JSON Schema"):
        find_violations({"type": 5}, 1)


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        ({"typ": "object"}, "typ"),
        ({"type": "object", "requried": ["id"]}, "requried"),
        ({"properties": {"id": {"minLenght": 3}}}, "minLenght"),
        ({"$defs": {"id": {"patern": "a"}}}, "patern"),
        ({"items": {"not": {"enmu": [1]}}}, "enmu"),
        ({"anyOf": [{"type": "object"}, {"propertes": {}}]}, "propertes"),
        ({"items": [{"maxmum": 3}]}, "maxmum"),
    ],
)
def test_a_misspelt_word_of_a_schema_is_found_at_any_depth(schema: Mapping[str, Data], word: str) -> None:
    assert find_misspelling(schema)[0] == word


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"typ": {"type": "string"}, "item": True}, "required": ["requird"]},
        {"type": "object", "x-typ": 1, "x-properties": 1, "note": "a", "comment": "b"},
        {"type": "string", "nullable": True, "example": "typ", "default": {"a": {"typ": 1}}, "enum": [{"typ": 1}]},
        {"properties": "none"},
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "$comment": "a", "additionalProperties": False},
    ],
)
def test_names_and_notes_of_a_schema_are_no_misspelt_words(schema: Mapping[str, Data]) -> None:
    assert find_misspelling(schema) == ("", "")


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    with pytest.raises(MissingPartError, match=r"dovetail\[schema\]"):
        find_violations({}, 1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal(5), 5),
        (Decimal("1.5"), 1.5),
        (b"a", "a"),
        (UUID(ID), ID),
        (datetime(2026, 1, 31, tzinfo=UTC), "2026-01-31T00:00:00+00:00"),
        (timedelta(seconds=2), 2.0),
        ({"a": (1, None, True)}, {"a": [1, None, True]}),
    ],
)
def test_a_value_as_json_knows_it(value: Data, expected: object) -> None:
    assert as_json(value) == expected
