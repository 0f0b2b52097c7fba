"""The package's face: what users import is a promise, so a change of it is made here as well."""

import ast
import importlib
from pathlib import Path

import dovetail

PUBLIC = [
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


def test_the_package_hands_on_exactly_these_names() -> None:
    assert sorted(dovetail.__all__) == sorted(PUBLIC)


def test_every_public_name_is_there_when_it_is_asked_for() -> None:
    missing = [name for name in PUBLIC if getattr(importlib.import_module("dovetail"), name, None) is None]
    assert not missing


def test_editors_and_type_checkers_see_the_same_names(root: Path) -> None:
    tree = ast.parse((root / "src/dovetail/__init__.py").read_text(encoding="utf-8"))
    shown = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert shown - {"import_module"} == set(PUBLIC)
