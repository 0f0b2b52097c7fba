"""An exchange is given to a check by trace, by being alone, or openly as shared."""

import pytest

from dovetail.model.event import MappedEdge
from dovetail.model.exchange import Exchange
from dovetail.report.attribution import KEPT_PER_CHECK, Span, attribute
from dovetail.report.fact import Attribution
from dovetail.report.reach import Reach

REACH = Reach((MappedEdge("a -> b", "a", "b", "http"), MappedEdge("x -> y", "x", "y", "http")))
AB = frozenset({"a", "b"})
XY = frozenset({"x", "y"})


def exchange(edge: str, at: float, trace: str = "") -> Exchange:
    return Exchange(edge, "http", "GET /", "200", "answered", at, 1.0, trace=trace)


def owners(seen: Exchange, *spans: Span) -> dict[str, Attribution]:
    return {check: share.seen[0].by for check, share in attribute([seen], spans, REACH).items()}


ONE = Span("one", 0.0, 10.0, "t1", AB)
TWO = Span("two", 5.0, 15.0, "t2", AB)
FAR = Span("far", 0.0, 20.0, "", XY)
SLICED = Span("sliced", 0.0, 10.0, "", frozenset({"a@s1", "b@s1", "y"}))
NEXT = Span("next", 11.0, 20.0, "", frozenset({"a@s1", "b@s1", "y"}))
BESIDE = Span("beside", 0.0, 20.0, "", frozenset({"a@s2", "b@s2"}))
FINE = Span("fine", 5.0, 15.0, "", AB, is_fine=True)


@pytest.mark.parametrize(
    ("seen", "spans", "expected"),
    [
        (exchange("a -> b", 7, "t1"), (ONE, TWO), {"one": Attribution.TRACE}),
        (exchange("a -> b", 99, "t1"), (ONE, TWO), {"one": Attribution.TRACE}),
        (exchange("a -> b", 2), (ONE, TWO, FAR), {"one": Attribution.ALONE}),
        (exchange("a -> b", 12), (ONE, TWO, FAR), {"two": Attribution.ALONE}),
        (exchange("a -> b", 7), (ONE, TWO), {"one": Attribution.SHARED, "two": Attribution.SHARED}),
        (exchange("a -> b", 7), (ONE, FINE), {"one": Attribution.SHARED}),
        (exchange("a -> b", 12), (ONE, FINE), {"fine": Attribution.ALONE}),
        (exchange("a -> b", 0), (ONE, TWO), {"one": Attribution.ALONE}),
        (exchange("a -> b", 15), (ONE, TWO), {"two": Attribution.ALONE}),
        (exchange("x -> y", 7), (ONE, TWO, FAR), {"far": Attribution.ALONE}),
        (exchange("a -> b", 30), (ONE, TWO), {}),
        (exchange("a -> b", 2, "somebody-elses"), (ONE,), {"one": Attribution.ALONE}),
        (exchange("not mapped -> b", 2), (ONE, FAR), {"one": Attribution.ALONE}),
        (exchange("a@s1 -> b@s1", 7), (ONE, SLICED, BESIDE), {"sliced": Attribution.ALONE}),
        (exchange("a@s1 -> b@s1", 12), (SLICED, NEXT, BESIDE), {"next": Attribution.ALONE}),
        (exchange("a@s1 -> b@s1", 10.5), (SLICED, NEXT, BESIDE), {}),
        (exchange("a@s1 -> b@s1", 7), (ONE, TWO), {}),
        (exchange("a -> b", 2), (ONE, SLICED), {"one": Attribution.ALONE}),
    ],
)
def test_an_exchange_goes_to(seen: Exchange, spans: tuple[Span, ...], expected: dict[str, Attribution]) -> None:
    assert owners(seen, *spans) == expected


def test_what_is_too_much_to_keep_is_counted() -> None:
    many = [exchange("a -> b", 1, "t1") for _ in range(KEPT_PER_CHECK + 7)]
    share = attribute(many, [ONE], REACH)["one"]
    assert (len(share.seen), share.left_out) == (KEPT_PER_CHECK, 7)
