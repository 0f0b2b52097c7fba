"""Nodes stand in layers without overlap, also in circles, and every link has a way."""

from itertools import combinations

import pytest

from dovetail.report.page.layout import Layout, Measure, lay_out

SHOP = (
    ["gateway", "users", "orders", "payments", "orders-db", "cache", "events", "alone"],
    [("gateway", "users"), ("gateway", "orders"), ("orders", "payments"), ("orders", "orders-db"), ("gateway", "cache"),
     ("orders", "events"), ("gateway", "events")],
)  # fmt: skip
CIRCLE = (["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a")])
MANY = (
    [f"n{i}" for i in range(40)],
    [(f"n{i}", f"n{j}") for i in range(40) for j in range(i + 1, 40) if (i * j) % 7 == 1],
)
SELF = (["a", "b"], [("a", "a"), ("a", "b"), ("a", "b"), ("a", "stranger")])
EMPTY: tuple[list[str], list[tuple[str, str]]] = ([], [])
MEASURES = (Measure(), Measure(is_downward=True, most_abreast=3))


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(("names", "links"), [SHOP, CIRCLE, MANY, SELF, EMPTY])
def test_nodes_stay_apart_and_inside_the_picture(
    names: list[str], links: list[tuple[str, str]], measure: Measure
) -> None:
    layout = lay_out(names, links, measure)
    assert set(layout.nodes) == set(names)
    for x, y in layout.nodes.values():
        assert measure.width / 2 <= x <= layout.width - measure.width / 2
        assert measure.height / 2 <= y <= layout.height - measure.height / 2
    for (ax, ay), (bx, by) in combinations(layout.nodes.values(), 2):
        assert abs(ax - bx) >= measure.width or abs(ay - by) >= measure.height


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(("names", "links"), [SHOP, CIRCLE, MANY])
def test_every_link_runs_from_its_source_to_its_target(
    names: list[str], links: list[tuple[str, str]], measure: Measure
) -> None:
    layout = lay_out(names, links, measure)
    assert set(layout.routes) == set(links)
    for (source, target), route in layout.routes.items():
        assert _touches(layout, source, route[0], measure)
        assert _touches(layout, target, route[-1], measure)


def _touches(layout: Layout, name: str, point: tuple[float, float], measure: Measure) -> bool:
    x, y = layout.nodes[name]
    return abs(point[0] - x) <= measure.width / 2 and abs(point[1] - y) <= measure.height / 2


def test_who_uses_stands_before_who_is_used() -> None:
    layout = lay_out(*SHOP, Measure())
    assert all(layout.nodes[source][0] < layout.nodes[target][0] for source, target in SHOP[1])


def test_a_layer_that_is_too_full_is_split() -> None:
    names = ["top", *(f"leaf{i}" for i in range(7))]
    links = [("top", name) for name in names[1:]]
    measure = Measure(is_downward=True, most_abreast=3)
    layout = lay_out(names, links, measure)
    rows = [y for _, y in layout.nodes.values()]
    assert max(rows.count(y) for y in rows) == 3


def test_a_self_made_link_and_one_to_a_stranger_are_left_out() -> None:
    assert set(lay_out(*SELF, Measure()).routes) == {("a", "b")}
