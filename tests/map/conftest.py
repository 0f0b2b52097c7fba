"""A system with every kind of joint, built by hand."""

import pytest

from dovetail.model.check import Check, Fragment, Step, Together
from dovetail.model.system import Edge, Probe, Service, Sla, System


@pytest.fixture
def shop() -> System:
    return System(
        "shop",
        "/shop",
        services=(
            Service(
                "gateway",
                run="serve",
                owner="front",
                ready=(Probe("http", "GET /health"),),
                uses=(Edge("gateway", "orders", "http"), Edge("gateway", "users", "http", when_broken="degrade")),
            ),
            Service(
                "orders",
                run="serve",
                contract="api.yaml",
                owner="checkout",
                uses=(
                    Edge("orders", "db", "postgres", owner="data"),
                    Edge(
                        "orders",
                        "payments",
                        "http",
                        sla=Sla(0.5, 0.001),
                        retries={"attempts": 3, "delay": 0.05},
                        when_broken="queue",
                    ),
                    Edge("orders", "events", "kafka", publishes=("orders.created",)),
                ),
            ),
            Service("users", run="serve", uses=(Edge("users", "db", "postgres"),)),
            Service("mail", run="serve", uses=(Edge("mail", "events", "kafka", consumes=("orders.created",)),)),
            Service("migrate", run="migrate", is_job=True, uses=(Edge("migrate", "db", "postgres"),)),
            Service("payments", external="https://pay.example"),
            Service("db", "postgres"),
            Service("events", "kafka"),
        ),
    )


@pytest.fixture
def checks() -> tuple[Check, ...]:
    ask = Step("http.request", "orders", "GET /orders/{{ order }}?deep=1")
    return (
        Check("a", "a", "api", (Step("http.request", "orders", "POST /orders"), ask)),
        Check("b", "b", "api", (Together((ask,)), Fragment("f", (Step("http.request", "gateway", "/api"),)))),
        Check("c", "c", "database", (Step("postgres.query", "db", "select 1 / 2"),)),
        Check("d", "d", "services", (Step("restart", "", "orders"),)),
    )
