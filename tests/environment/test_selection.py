from typing import Any

import pytest

from dovetail.app.parts import build_registry
from dovetail.environment.order import StageOrder
from dovetail.environment.selection import find_lacking, require_known, select
from dovetail.errors import NotReadyError, SuiteError
from dovetail.model.data import Place
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


def test_what_is_not_waited_for_is_started_too_and_so_is_what_only_has_to_come_before() -> None:
    lazy = Service("lazy", run="serve", uses=(Edge("lazy", "db", "http", is_awaited=False),), after=("other",))
    system = System("shop", "/shop", services=(lazy, own("db"), own("other"), own("idle")))
    assert started(StageOrder(system, services=frozenset({"lazy"}))) == {"lazy", "db", "other"}


def test_only_what_has_an_address_runs_elsewhere() -> None:
    external = Service("stripe", external="https://stripe.example")
    system = System("shop", "/shop", services=(own("orders", "stripe"), own("idle"), external))
    selection = select(StageOrder(system, services=frozenset({"orders"})), build_registry())
    assert [service.name for service in selection.start] == ["orders"]
    assert set(selection.given) == {"stripe"}


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
    lines = {"a": 3, "b": 7}
    services = (own("a", "b", place=Place("s.yaml", 3)), own("b", "a", place=Place("s.yaml", 7)))
    with pytest.raises(SuiteError, match=r"(a -> b -> a|b -> a -> b)\n.*`wait: false`") as raised:
        select(StageOrder(System("s", "/", services=services)), build_registry())
    told = raised.value.problems[0]
    assert told.line == lines[told.what.partition(": ")[2][0]]


def test_what_nothing_can_start_is_told_before_anything_is() -> None:
    with pytest.raises(NotReadyError, match="nothing can start web: it has no `run:`"):
        select(StageOrder(System("s", "/", services=(Service("web"),))), build_registry())


def test_a_read_only_environment_starts_nothing() -> None:
    production = EnvironmentSpec("production", {"orders": "https://o.example"}, is_read_only=True)
    with pytest.raises(NotReadyError, match="production is read-only and has no address for db, gateway, other"):
        select(StageOrder(SYSTEM, production), build_registry())


def test_a_partial_order_does_without_what_a_read_only_environment_lacks() -> None:
    production = EnvironmentSpec("production", {"orders": "https://o.example"}, is_read_only=True)
    selection = select(StageOrder(SYSTEM, production, is_partial=True), build_registry())
    assert (selection.start, set(selection.given)) == ((), {"orders"})
    assert find_lacking(SYSTEM, production) == {"gateway", "db", "other"}
    assert find_lacking(SYSTEM, EnvironmentSpec("staging")) == find_lacking(SYSTEM, None) == frozenset()


def test_a_read_only_environment_that_has_all_but_its_jobs_is_used() -> None:
    addresses = {service.name: "https://o.example" for service in SERVICES if not service.is_job}
    production = EnvironmentSpec("production", addresses, is_read_only=True)
    assert not started(StageOrder(SYSTEM, production))
