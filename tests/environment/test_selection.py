from typing import Any

import pytest

from dovetail.app.parts import build_registry
from dovetail.environment.order import StageOrder
from dovetail.environment.selection import require_known, select
from dovetail.errors import NotReadyError, SuiteError
from dovetail.model.system import Edge, EnvironmentSpec, Service, System


def own(name: str, *uses: str, **words: Any) -> Service:
    return Service(name, run="serve", uses=tuple(Edge(name, target, "http") for target in uses), **words)


SERVICES = (own("gateway", "orders"), own("orders", "db"), own("db"), own("other"), own("fill", "db", is_job=True))
SYSTEM = System("shop", "/shop", services=SERVICES)


def started(order: StageOrder) -> set[str]:
    return {service.name for service in select(order, build_registry()).start}


def test_all_is_started_where_nothing_is_asked_for() -> None:
    assert started(StageOrder(SYSTEM)) == {"gateway", "orders", "db", "other", "fill"}


def test_what_is_asked_for_brings_what_it_uses_and_the_jobs_that_fill_it() -> None:
    assert started(StageOrder(SYSTEM, services=frozenset({"orders"}))) == {"orders", "db", "fill"}


def test_a_service_with_an_address_is_not_started_nor_what_only_it_uses() -> None:
    environment = EnvironmentSpec("staging", {"orders": "https://orders.example"})
    order = StageOrder(SYSTEM, environment, services=frozenset({"gateway"}))
    selection = select(order, build_registry())
    assert started(order) == {"gateway"}
    assert selection.given["orders"].port == 443


def test_an_unknown_name_is_told_with_the_nearest_and_without_one_with_all() -> None:
    with pytest.raises(SuiteError, match="did you mean orders"):
        select(StageOrder(SYSTEM, services=frozenset({"order"})), build_registry())
    with pytest.raises(SuiteError, match="there are: a, b"):
        require_known("zzz", ["b", "a"], "service")


def test_a_circle_of_waiting_is_told_in_its_order() -> None:
    circle = System("s", "/", services=(own("a", "b"), own("b", "a")))
    with pytest.raises(SuiteError, match=r"(a -> b -> a|b -> a -> b)\n.*`wait: false`"):
        select(StageOrder(circle), build_registry())


def test_what_nothing_can_start_is_told_before_anything_is() -> None:
    with pytest.raises(NotReadyError, match="nothing can start web: it has no `run:`"):
        select(StageOrder(System("s", "/", services=(Service("web"),))), build_registry())


def test_a_read_only_environment_starts_nothing() -> None:
    production = EnvironmentSpec("production", {"orders": "https://o.example"}, is_read_only=True)
    with pytest.raises(NotReadyError, match="production is read-only"):
        select(StageOrder(SYSTEM, production), build_registry())
