"""`dovetail schema` prints what editors complete from."""

import json
from typing import Any

import pytest


@pytest.mark.parametrize(("kind", "key"), [("system", "services"), ("checks", "checks"), ("report", "findings")])
def test_the_schema_is_json_with_the_keys_of_its_kind(type_: Any, kind: str, key: str) -> None:
    assert f'"{key}"' in json.dumps(json.loads(type_("schema", kind).out))
