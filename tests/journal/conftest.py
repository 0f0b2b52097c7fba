"""One event of every kind, with no field left at its default where a value can be lost."""

from typing import cast

import pytest

from dovetail.model.data import Place
from dovetail.model.event import (
    AttemptEnded,
    CheckEnded,
    CheckPlanned,
    CheckStarted,
    Event,
    ExchangeSeen,
    FaultInjected,
    FaultLifted,
    LogWritten,
    MappedEdge,
    MappedService,
    Noticed,
    PlannedCheck,
    RunEnded,
    RunStarted,
    ServiceChanged,
    SliceTaken,
    StepEnded,
    TornDown,
)
from dovetail.model.exchange import Exchange
from dovetail.model.outcome import Mismatch, Sighting, StepOutcome, Verdict

EXCHANGE = Exchange(
    edge="orders -> payments",
    technology="http",
    request="POST /payments",
    answer="201 Created",
    ended="answered",
    started_at=1.5,
    duration_ms=2.5,
    connection=3,
    bytes_sent=120,
    bytes_answered=340,
    trace="a" * 32,
    detail={"status": "201"},
)
STEP = StepOutcome(
    name="POST /orders",
    verb="http.request",
    on="orders",
    verdict=Verdict.FAILED,
    started_at=1.5,
    duration_ms=2.5,
    expectations=3,
    mismatches=(Mismatch("status", "201", "503", "down", Place("a.yaml", 3, 4)),),
    error="connection refused",
    request="POST /orders",
    answer='503 "payments unavailable" – ✗ \u2028',
    sightings=(Sighting(0.1, "nothing yet"),),
    is_cleanup=True,
    place=Place("a.yaml", 1, 2),
)
EVENTS = (
    RunStarted(
        at=1.5,
        run="r-1",
        system="shop",
        environment="local",
        seed="7f3a",
        version="0.1.0",
        agents=4,
        options={"parallel": "4"},
        services=(MappedService("orders", "http", "own", "team", 0.5),),
        edges=(MappedEdge("a -> b", "a", "b", "http", is_asynchronous=True, when_broken="retry"),),
        checks=(PlannedCheck("a/b", "b", "api", Place("a.yaml", 2), ("critical",), "clone"),),
    ),
    ServiceChanged(1.5, "orders", "ready", 600.5, "2xx", "http://127.0.0.1:1", 42, ("line",)),
    LogWritten(1.5, "orders", "listening\ton 1"),
    ExchangeSeen(1.5, EXCHANGE),
    CheckPlanned(1.5, PlannedCheck("a/b", "b", "api", Place("a.yaml", 2), ("critical",), "clone")),
    CheckStarted(1.5, "a/b", 2, 3, "clone", "b" * 32),
    SliceTaken(1.5, "a/b", 2, "c1a2s1"),
    StepEnded(1.5, "a/b", 2, STEP),
    AttemptEnded(1.5, "a/b", 2, Verdict.INCONCLUSIVE, 3.5, "nothing evaluated", "drop failed"),
    CheckEnded(1.5, "a/b", Verdict.FLAKY, 3.5, 2, "passed on retry"),
    FaultInjected(1.5, "lease", "a -> b", "http", {"status": "503"}, "a/b"),
    FaultLifted(1.5, "lease", "a -> b", "check ended"),
    TornDown(1.5, 300.5, ("port 1",)),
    Noticed(1.5, "warning", "a note"),
    RunEnded(1.5, Verdict.FAILED, 1, 3000.5, ("1 check failed",)),
)


@pytest.fixture(params=EVENTS, ids=lambda event: type(event).__name__)
def event(request: pytest.FixtureRequest) -> Event:
    """Each kind of event in turn."""
    return cast("Event", request.param)


@pytest.fixture
def events() -> tuple[Event, ...]:
    """One event of every kind."""
    return EVENTS
