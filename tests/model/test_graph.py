from itertools import pairwise

import pytest

from dovetail.model.graph import find_cycle, prerequisites, reach, start_order
from dovetail.model.system import Edge, Service, System


def system(**uses: str) -> System:
    """Build a system from `a="b c"`: a uses b and c; `?b` does not wait for b, `+b` only starts after it."""
    services = []
    for name, written in uses.items():
        words = written.split()
        edges = tuple(
            Edge(name, word.lstrip("?"), "http", is_awaited=word[0] != "?") for word in words if word[0] != "+"
        )
        after = tuple(word[1:] for word in words if word[0] == "+")
        services.append(Service(name, run="x", uses=edges, after=after))
    return System("s", "/", services=tuple(services))


def test_services_start_in_waves() -> None:
    assert start_order(system(a="b c", b="d", c="d", d="", e="")) == (("d", "e"), ("b", "c"), ("a",))


def test_what_is_not_awaited_holds_nobody_back() -> None:
    assert start_order(system(a="?b", b="a")) == (("a",), ("b",))


def test_after_holds_back_without_an_edge() -> None:
    made = system(a="+b", b="")
    assert start_order(made) == (("b",), ("a",))
    assert reach(made, "a").services == {"a"}
    assert prerequisites(made)["a"] == {"b"}


@pytest.mark.parametrize(
    "made", [system(a="b", b="c", c="a"), system(a="b", b="+c", c="a"), system(x="a", a="b", b="c", c="a")]
)
def test_a_circle_goes_from_each_to_what_it_waits_for(made: System) -> None:
    circle = find_cycle(made)
    assert circle[0] == circle[-1]
    assert len(circle) == 4
    assert all(second in prerequisites(made)[first] for first, second in pairwise(circle))


def test_without_a_circle_none_is_found() -> None:
    assert find_cycle(system(a="b", b="?a")) == ()


def test_reach_follows_every_edge_once() -> None:
    reached = reach(system(a="b", b="c ?a", c="", d="a"), "a")
    assert reached.services == {"a", "b", "c"}
    assert reached.edges == {"a -> b", "b -> c", "b -> a"}


def test_an_unknown_service_reaches_nothing() -> None:
    assert reach(system(a=""), "z").services == frozenset()
