"""`dovetail map` draws in three forms."""

import json
from typing import Any


def test_the_map_is_text_mermaid_or_json(type_: Any) -> None:
    assert "app" in type_("map").out
    assert "app" in type_("map", "--format", "mermaid").out
    assert json.loads(type_("map", "--format", "json").out)
