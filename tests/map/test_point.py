import pytest

from dovetail.map.point import Point, describe_sla, generalise, read_points
from dovetail.model.check import Check
from dovetail.model.system import Sla, System


def test_every_edge_stands_in_the_table_of_its_kind(shop: System) -> None:
    points = read_points(shop)
    assert [(point.service, point.other) for point in points.calls] == [
        ("gateway", "orders"),
        ("gateway", "users"),
        ("orders", "payments"),
    ]
    assert [(point.service, point.other) for point in points.stores] == [
        ("orders", "db"),
        ("users", "db"),
        ("migrate", "db"),
    ]
    assert [(point.service, point.subject) for point in points.published] == [("orders", "orders.created")]
    assert [(point.service, point.subject) for point in points.consumed] == [("mail", "orders.created")]


def test_a_point_tells_sla_owner_and_whether_somebody_waits(shop: System) -> None:
    points = read_points(shop)
    assert points.calls[2] == Point("orders", "payments", "http", sla="p99 500 ms, errors 0.1%", when_broken="queue")
    assert points.calls[0].owner == "checkout"
    assert points.stores[0].owner == "data"
    assert points.published[0].is_asynchronous
    assert not points.calls[0].is_asynchronous


def test_endpoints_come_from_contracts_probes_and_checks(shop: System, checks: tuple[Check, ...]) -> None:
    endpoints = [(point.service, point.subject) for point in read_points(shop, checks).endpoints]
    assert endpoints == [
        ("gateway", "GET /api"),
        ("gateway", "GET /health"),
        ("orders", "api.yaml"),
        ("orders", "POST /orders"),
        ("orders", "GET /orders/{}"),
    ]


@pytest.mark.parametrize(
    ("request_", "general"),
    [
        ("GET /orders/{{ order }}", "GET /orders/{}"),
        ("/health", "GET /health"),
        ("PUT /a/{{ b | upper }}/c?x={{ y }}", "PUT /a/{}/c"),
    ],
)
def test_a_request_is_told_without_what_differs(request_: str, general: str) -> None:
    assert generalise(request_) == general


@pytest.mark.parametrize(
    ("sla", "told"),
    [(None, ""), (Sla(), ""), (Sla(p99=0.0005), "p99 0.5 ms"), (Sla(error_rate=0.01), "errors 1%")],
)
def test_an_sla_is_told_in_short(sla: Sla | None, told: str) -> None:
    assert describe_sla(sla) == told
