"""How a run introduces itself."""

from typing import Any

import pytest

from dovetail.app.description import describe_run, kind_of, tell_plan
from dovetail.model.system import Service


def test_the_first_event_holds_what_every_report_needs(prepare: Any) -> None:
    started = describe_run(prepare(seed="5eed"), 12.0)
    assert (started.system, started.environment, started.seed, started.at) == ("tiny", "local", "5eed", 12.0)
    assert [check.name for check in started.checks] == ["it answers", "it holds out"]
    assert [edge.name for edge in started.edges] == ["app -> db"]
    assert {service.name: service.owner for service in started.services}["app"] == "team-a"
    assert all(service.criticality >= 0 for service in started.services)
    assert started.options["timeout"] == "30s"


@pytest.mark.parametrize(
    ("service", "kind"),
    [
        (Service("a", run="x"), "code"),
        (Service("a", run="x", is_job=True), "job"),
        (Service("a", "postgres"), "server"),
        (Service("a", external="https://a"), "external"),
    ],
)
def test_services_are_code_jobs_servers_or_external(service: Service, kind: str) -> None:
    assert kind_of(service) == kind


def test_a_dry_run_tells_order_isolation_and_locks(prepare: Any) -> None:
    told = "\n".join(tell_plan(prepare(seed="1")))
    assert "start 1  db" in told
    assert "start 2  app" in told
    assert "idle" not in told
    assert "shared: only reads" in told
    assert "alone on edge:app -> db" in told
    assert "beside others on edge:app -> db" in told
