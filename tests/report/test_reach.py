"""Reach follows edges downwards, also in circles."""

from dovetail.model.event import MappedEdge
from dovetail.report.reach import Reach

CIRCLE = Reach(MappedEdge(f"{a} -> {b}", a, b, "http") for a, b in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "e")))


def test_services_are_followed_downwards_and_round_a_circle_once() -> None:
    assert CIRCLE.services(["a"]) == {"a", "b", "c"}
    assert CIRCLE.services(["d"]) == {"d", "e"}
    assert CIRCLE.services(["nobody"]) == {"nobody"}
    assert CIRCLE.services([]) == frozenset()


def test_an_edge_is_touched_by_whoever_uses_its_source_or_its_target_where_it_is_not_on_the_map() -> None:
    assert CIRCLE.user("d -> e") == "d"
    assert CIRCLE.user("d@s1 -> e@s1") == "d@s1"
    assert CIRCLE.user("tests -> e") == "e"


EVENTS = Reach(
    (
        MappedEdge("orders -> events", "orders", "events", "kafka", publishes=("orders.created",)),
        MappedEdge("orders -> orders-db", "orders", "orders-db", "postgres"),
        MappedEdge("notes -> events", "notes", "events", "kafka", publishes=("sent",), consumes=("orders.created",)),
        MappedEdge("notes -> notes-db", "notes", "notes-db", "postgres"),
        MappedEdge("stock -> events", "stock", "events", "kafka", publishes=("stock.low",)),
    )
)


def test_who_sends_an_event_is_known_with_those_it_takes_that_nobody_asks() -> None:
    assert EVENTS.senders("consume orders.created") == {"orders"}
    assert EVENTS.senders("consume sent") == {"notes", "notes-db", "orders", "events"}
    assert EVENTS.senders("consume orders") == frozenset()


def test_who_writes_what_is_waited_for_in_a_database_is_known_through_its_events() -> None:
    assert EVENTS.feeders("notes-db") == {"notes", "notes-db", "orders", "events"}
    assert EVENTS.feeders("orders") == frozenset()
