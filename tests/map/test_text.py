import pytest

from dovetail.map.text import draw_text
from dovetail.model.check import Check
from dovetail.model.system import System


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(shop: System, checks: tuple[Check, ...], width: int) -> None:
    drawn = draw_text(shop, checks, width)
    assert max(len(line) for line in drawn.splitlines()) <= width


def test_order_points_and_criticality_are_told(shop: System, checks: tuple[Check, ...]) -> None:
    drawn = draw_text(shop, checks, 100)
    assert drawn.startswith("shop · 8 services · 8 edges\n\nstart order\n  1  db  events  payments\n")
    for title in ("calls made", "endpoints offered", "events published", "events consumed", "data read and written"):
        assert f"\n{title}\n" in drawn
    assert "if payments is down: orders catches up later" in drawn


def test_the_most_critical_stands_first(shop: System) -> None:
    criticality = draw_text(shop, (), 100).split("\ncriticality\n")[1]
    assert criticality.splitlines()[0].split()[:2] == ["db", "0.75"]


def test_a_table_without_lines_is_left_out() -> None:
    assert "events" not in draw_text(System("s", "/"), (), 80)
