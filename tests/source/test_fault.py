from collections.abc import Callable

import pytest

from dovetail.errors import Problem
from dovetail.model.check import Suite

ReadChecks = Callable[..., Suite]
ProblemsOf = Callable[..., list[Problem]]


def broken(fault: str) -> str:
    return f"checks:\n  - name: a\n    fault: {fault}\n    http: GET /\n    on: orders\n"


@pytest.mark.parametrize(
    ("fault", "orders"),
    [
        ("{on: orders -> payments, latency: 200ms}", [("orders -> payments", "latency", {"delay": 0.2})]),
        (
            "{on: orders->payments, latency: {delay: 1s, jitter: 50ms}}",
            [("orders -> payments", "latency", {"delay": 1.0, "jitter": 0.05})],
        ),
        (
            "{on: orders -> payments, http: {status: 503, first: 2}}",
            [("orders -> payments", "http", {"status": 503, "first": 2})],
        ),
        ("{on: orders -> payments, http: 503}", [("orders -> payments", "http", {"status": 503})]),
        ("{on: orders -> orders-db, refuse: true}", [("orders -> orders-db", "refuse", {"enabled": True})]),
        ("{on: orders -> orders-db, refuse: }", [("orders -> orders-db", "refuse", {"enabled": True})]),
        ("{on: orders -> orders-db, vanish: true}", [("orders -> orders-db", "vanish", {})]),
        ("{on: orders -> orders-db, vanish: {}}", [("orders -> orders-db", "vanish", {})]),
        ("{on: orders -> orders-db, cut: {after: 1k}}", [("orders -> orders-db", "cut", {"after": 1000})]),
        (
            "{on: orders -> payments, latency: '{{ delay }}'}",
            [("orders -> payments", "latency", {"delay": "{{ delay }}"})],
        ),
        (
            "[{on: orders -> payments, latency: 1s}, {on: orders -> orders-db, refuse: true, latency: 2s}]",
            [
                ("orders -> payments", "latency", {"delay": 1.0}),
                ("orders -> orders-db", "refuse", {"enabled": True}),
                ("orders -> orders-db", "latency", {"delay": 2.0}),
            ],
        ),
    ],
)
def test_every_form_of_a_fault_is_read(
    checks_of: ReadChecks, fault: str, orders: list[tuple[str, str, dict[str, object]]]
) -> None:
    (check,) = checks_of(broken(fault)).checks
    assert [(order.edge, order.kind, order.settings) for order in check.faults] == orders
    assert all(order.place.line == 3 for order in check.faults)


@pytest.mark.parametrize(
    ("fault", "what", "now"),
    [
        (
            "{on: orders -> paymnets, latency: 1s}",
            "there is no edge `orders -> paymnets`",
            "did you mean `orders -> payments`?",
        ),
        (
            "{on: payments, latency: 1s}",
            "`payments` is a service; a fault breaks an edge",
            "write one of: orders -> payments",
        ),
        ("{on: orders -> payments, latnecy: 1s}", "there is no fault `latnecy`", "did you mean `latency`?"),
        (
            "{on: orders -> payments, latency: {dealy: 1s}}",
            "the fault latency has no key `dealy`",
            "did you mean `delay`?",
        ),
        ("{on: orders -> payments, latency: soon}", "`delay` wants a duration, got `soon`", "200ms"),
        ("{on: orders -> payments, cut: {}}", "the fault cut lacks `after`", "after how much"),
        ("{on: orders -> payments, latency: {}}", "the fault latency says nothing", "how long data waits"),
        ("{on: orders -> payments, latency: }", "`delay` is empty", "a duration"),
        ("{on: orders -> payments, vanish: 5}", "`vanish` wants a map", "gone"),
        (
            "{on: orders -> orders-db, http: 503}",
            "`http` cannot break orders -> orders-db, which speaks postgres",
            "latency",
        ),
        (
            "{on: orders -> cache, latency: 1s}",
            "orders -> cache is direct: nothing stands on it that could break it",
            "direct",
        ),
        ("{on: orders -> payments}", "the fault does not say how to break the edge", "latency"),
        ("{latency: 1s}", "the fault lacks `on`: the edge to break", "orders -> payments"),
        ("[]", "`fault` lists nothing", "{on:"),
        ("latency", "a fault wants a map, got `latency`", "{on:"),
        ("{on: 5, latency: 1s}", "there is no edge 5", ""),
    ],
)
def test_a_wrong_fault_stands_under_its_line(
    checks_of: ReadChecks, problems_of: ProblemsOf, fault: str, what: str, now: str
) -> None:
    (problem,) = problems_of(checks_of, broken(fault))
    assert (problem.what, problem.line) == (what, 3)
    assert now in problem.now
