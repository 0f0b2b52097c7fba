"""What stands behind `if:` as a table."""

import pytest

from dovetail.check.renderer import Renderer
from dovetail.engine.condition import holds
from dovetail.model.data import Data


@pytest.mark.parametrize(
    ("condition", "is_true"),
    [
        ("", True),
        ("{{ role }}", True),
        ("{{ nobody }}", False),
        ("{{ off }}", False),
        ("{{ none }}", False),
        ("not {{ off }}", True),
        ("{{ role }} == admin", True),
        ("{{ role }} == 'admin'", True),
        ("{{ role }} != admin", False),
        ("{{ role }} != guest", True),
    ],
)
def test_a_condition_holds_or_not(condition: str, *, is_true: bool) -> None:
    scope: dict[str, Data] = {"role": "admin", "nobody": "", "off": False, "none": None}
    assert holds(condition, scope, Renderer()) is is_true
