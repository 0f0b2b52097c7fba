import pytest

from dovetail.map.impact import Impact, impact, when_broken
from dovetail.model.system import Edge, Service, System


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("db", Impact("db", fail=("gateway", "migrate", "orders", "users"))),
        ("orders", Impact("orders", fail=("gateway",))),
        ("users", Impact("users", degrade=("gateway",))),
        ("payments", Impact("payments", queue=("orders",))),
        ("events", Impact("events", fail=("gateway", "orders"), queue=("mail",))),
        ("gateway", Impact("gateway")),
    ],
)
def test_a_failure_goes_up_as_far_as_the_edges_let_it(shop: System, service: str, expected: Impact) -> None:
    assert impact(shop, service) == expected


@pytest.mark.parametrize(
    ("lost", "sentence"),
    [
        (Impact("x"), "if x is down: nobody else is touched"),
        (Impact("x", fail=("a",)), "if x is down: a fails"),
        (Impact("x", fail=("a", "b")), "if x is down: a and b fail"),
        (
            Impact("x", ("a", "b", "c"), ("d",), ("e", "f")),
            "if x is down: a, b and c fail; d answers with less; e and f catch up later",
        ),
    ],
)
def test_the_impact_is_a_sentence(lost: Impact, sentence: str) -> None:
    assert str(lost) == sentence


@pytest.mark.parametrize(
    ("edge", "how"),
    [
        (Edge("a", "b", "http"), "fail"),
        (Edge("a", "b", "http", when_broken="retry"), "fail"),
        (Edge("a", "b", "http", when_broken="fail_fast"), "fail"),
        (Edge("a", "b", "http", when_broken="degrade"), "degrade"),
        (Edge("a", "b", "kafka", consumes=("t",)), "queue"),
        (Edge("a", "b", "kafka", consumes=("t",), when_broken="fail_fast"), "fail"),
        (Edge("a", "b", "kafka", consumes=("t",), publishes=("u",)), "fail"),
    ],
)
def test_an_edge_says_what_its_failure_does(edge: Edge, how: str) -> None:
    assert when_broken(edge) == how


def test_the_worse_of_two_ways_counts() -> None:
    system = System(
        "s",
        "/",
        services=(
            Service("a", run="x", uses=(Edge("a", "b", "http", when_broken="degrade"), Edge("a", "c", "http"))),
            Service("b", run="x"),
            Service("c", run="x", uses=(Edge("c", "b", "http"),)),
        ),
    )
    assert impact(system, "b") == Impact("b", fail=("a", "c"))


def test_a_circle_of_edges_ends() -> None:
    system = System(
        "s",
        "/",
        services=(
            Service("a", run="x", uses=(Edge("a", "b", "http"),)),
            Service("b", run="x", uses=(Edge("b", "a", "http", is_awaited=False),)),
        ),
    )
    assert impact(system, "a") == Impact("a", fail=("b",))
