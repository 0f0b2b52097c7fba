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


SMALL = (["a", "b", "c", "d"], [("a", "b"), ("b", "c"), ("a", "c"), ("c", "a")])


def test_a_long_link_runs_in_a_lane_of_its_own_and_one_back_upwards_ends_where_it_should() -> None:
    assert lay_out(*SMALL, Measure()) == Layout(
        588,
        120,
        {"a": (82, 32), "d": (82, 88), "b": (294, 36), "c": (506, 60)},
        {
            ("a", "b"): ((152, 32), (224, 36)),
            ("b", "c"): ((364, 36), (436, 60)),
            ("a", "c"): ((152, 32), (224, 76), (364, 76), (436, 60)),
            ("c", "a"): ((436, 60), (364, 100), (224, 100), (152, 32)),
        },
    )


def test_stacked_layers_are_measured_the_other_way_round() -> None:
    measure = Measure(width=100, height=30, between=44, gap=10, most_abreast=3, margin=8, is_downward=True)
    assert lay_out(*SMALL, measure) == Layout(
        226,
        194,
        {"a": (58, 23), "d": (168, 23), "b": (95, 97), "c": (113, 171)},
        {
            ("a", "b"): ((58, 38), (95, 82)),
            ("b", "c"): ((95, 112), (113, 156)),
            ("a", "c"): ((58, 38), (159, 82), (159, 112), (113, 156)),
            ("c", "a"): ((113, 156), (177, 112), (177, 82), (58, 38)),
        },
    )


def test_neighbours_are_ordered_so_that_their_links_do_not_cross() -> None:
    names = ["a", "b", "c", "x", "y", "z"]
    layout = lay_out(names, [("a", "z"), ("b", "y"), ("c", "x")], Measure())
    assert [layout.nodes[name][1] for name in "abc"] == [layout.nodes[name][1] for name in "zyx"]


def test_nine_stand_abreast_and_a_tenth_begins_a_second_layer_of_five() -> None:
    for number, rows in ((9, [9]), (10, [5, 5])):
        spots = lay_out([f"n{i}" for i in range(number)], [], Measure()).nodes.values()
        assert [sum(x == column for x, _ in spots) for column in sorted({x for x, _ in spots})] == rows
