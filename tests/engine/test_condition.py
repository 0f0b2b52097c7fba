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
        ("not {{ role }} == guest", True),
        ("not {{ role }} != guest", False),
        ("{{ on }} == true", True),
        ("{{ on }} == True", True),
        ("{{ off }} == false", True),
        ("{{ off }} != true", True),
        ("{{ none }} == null", True),
        ("{{ role }} == null", False),
        ("{{ none }} == ''", True),
        ("{{ count }} == 3", True),
        ("no", False),
        ("OFF", False),
    ],
)
def test_a_condition_holds_or_not(condition: str, *, is_true: bool) -> None:
    scope: dict[str, Data] = {"role": "admin", "nobody": "", "off": False, "on": True, "none": None, "count": 3}
    assert holds(condition, scope, Renderer()) is is_true
