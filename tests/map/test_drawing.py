import json

import pytest

from dovetail.errors import UsageError
from dovetail.map.drawing import draw_map
from dovetail.model.check import Check
from dovetail.model.system import System


def test_each_form_is_drawn(shop: System, checks: tuple[Check, ...]) -> None:
    assert draw_map(shop).startswith("shop · ")
    assert draw_map(shop, "mermaid").startswith("flowchart")
    assert json.loads(draw_map(shop, "json"))["system"] == "shop"
    assert "POST /orders" in draw_map(shop, "text", 80, checks)


def test_an_unknown_form_names_the_nearest(shop: System) -> None:
    with pytest.raises(UsageError) as caught:
        draw_map(shop, "mermiad")
    assert caught.value.problems[0].now == "did you mean `mermaid`?"
