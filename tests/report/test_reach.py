"""Reach follows edges downwards, also in circles."""

from dovetail.model.event import MappedEdge
from dovetail.report.reach import Reach

CIRCLE = Reach(MappedEdge(f"{a} -> {b}", a, b, "http") for a, b in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "e")))


def test_services_are_followed_downwards_and_round_a_circle_once() -> None:
    assert CIRCLE.services(["a"]) == {"a", "b", "c"}
    assert CIRCLE.services(["d"]) == {"d", "e"}
    assert CIRCLE.services(["nobody"]) == {"nobody"}
    assert CIRCLE.services([]) == frozenset()


def test_an_edge_is_touched_by_whoever_holds_its_source() -> None:
    assert CIRCLE.touches(frozenset({"d"}), "d -> e")
    assert not CIRCLE.touches(frozenset({"e"}), "d -> e")
    assert CIRCLE.touches(frozenset({"e"}), "tests -> e")
