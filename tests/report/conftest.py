"""A builder of event streams, and the run of a small shop in which one of everything happens."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypedDict, Unpack

import pytest
from msgspec.structs import replace

from dovetail.model.data import Place
from dovetail.model.event import (
    AttemptEnded,
    CheckEnded,
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
from dovetail.model.shelf import NEAR
from dovetail.report.case import Case, Cause
from dovetail.report.cause import find_cause
from dovetail.report.fact import Record
from dovetail.report.reach import Reach
from dovetail.report.record import read_run

START = 1_795_000_000.0
FILE = "tests/integration/orders.yaml"
FAR = 200
LONG = 20_000


@dataclass
class Attempt:
    at: float
    took: float = 0.2
    verdict: Verdict = Verdict.PASSED
    steps: tuple[StepOutcome, ...] = ()
    agent: int = 0
    why: str = ""
    cleanup_failed: str = ""
    trace: str = ""
    isolation: str = "unique"
    slice_name: str = ""
    waited: float = 0.0


class StepChanges(TypedDict, total=False):
    verb: str
    verdict: Verdict
    started_at: float
    duration_ms: float
    expectations: int
    mismatches: tuple[Mismatch, ...]
    error: str
    answer: str
    sightings: tuple[Sighting, ...]
    is_cleanup: bool


def make_step(request: str = "POST /orders", on: str = "orders", **changes: Unpack[StepChanges]) -> StepOutcome:
    """A step that passed unless told otherwise; it began `started_at` seconds after its attempt."""
    plain: StepChanges = {"verb": "http", "verdict": Verdict.PASSED, "started_at": 0.02, "duration_ms": 100.0}
    known: StepChanges = {**plain, "expectations": 1, "answer": "201 Created", **changes}
    return StepOutcome(name=f"{known['verb']}: {request}", on=on, request=request, place=Place(FILE, 14, 7), **known)


def wrong(path: str, expected: str, got: str, why: str = "") -> Mismatch:
    return Mismatch(path, expected, got, why, Place(FILE, 17, 9))


@dataclass
class Story:
    """Tells a run event by event; `at` is seconds since the run began."""

    attempt: ClassVar = Attempt
    step: ClassVar = staticmethod(make_step)
    wrong: ClassVar = staticmethod(wrong)
    sighting: ClassVar = Sighting

    services: Mapping[str, str] = field(default_factory=dict)
    edges: Mapping[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    planned: list[PlannedCheck] = field(default_factory=list)

    def ready(self, service: str, at: float) -> None:
        self.events.append(ServiceChanged(START, service, "starting"))
        self.events.append(ServiceChanged(START + at, service, "ready", at * 1000, "", "127.0.0.1:4000", 4711))

    def change(self, service: str, state: str, at: float, detail: str = "", log: tuple[str, ...] = ()) -> None:
        self.events.append(ServiceChanged(START + at, service, state, detail=detail, log=log))

    def log(self, service: str, at: float, line: str) -> None:
        self.events.append(LogWritten(START + at, service, line))

    def call(self, edge: str, at: float, request: str, answer: str, ended: str = "answered", trace: str = "") -> None:
        technology = self.edges.get(edge, "http")
        exchange = Exchange(edge, technology, request, answer, ended, START + at, 4.2, trace=trace)
        self.events.append(ExchangeSeen(START + at + 0.0042, exchange))

    def break_edge(self, edge: str, at: float, until: float, kind: str, check: str, **settings: str) -> None:
        lease = f"lease-{len(self.events)}"
        self.events.append(FaultInjected(START + at, lease, edge, kind, settings, check))
        self.events.append(FaultLifted(START + until, lease, edge, "the check ended"))

    def check(
        self,
        name: str,
        scope: str = "api",
        *attempts: Attempt,
        verdict: Verdict = Verdict.PASSED,
        line: int = 12,
        why: str = "",
    ) -> str:
        identity = f"orders/{name.replace(' ', '-')}"
        self.planned.append(PlannedCheck(identity, name, scope, Place(FILE, line), ("critical",), "unique"))
        for number, attempt in enumerate(attempts, 1):
            self._attempt(identity, number, attempt)
        took = sum(attempt.took for attempt in attempts) * 1000
        end = START + (attempts[-1].at + attempts[-1].took if attempts else 0)
        self.events.append(CheckEnded(end, identity, verdict, took, len(attempts), why))
        return identity

    def _attempt(self, check: str, number: int, attempt: Attempt) -> None:
        begin, end = START + attempt.at, START + attempt.at + attempt.took
        self.events.append(CheckStarted(begin, check, number, attempt.agent, attempt.isolation, attempt.trace))
        if attempt.slice_name:
            self.events.append(SliceTaken(begin + attempt.waited, check, number, attempt.slice_name))
        for step in attempt.steps:
            moved = replace(step, started_at=begin + step.started_at)
            self.events.append(StepEnded(moved.started_at + step.duration_ms / 1000, check, number, moved))
        self.events.append(
            AttemptEnded(end, check, number, attempt.verdict, attempt.took * 1000, attempt.why, attempt.cleanup_failed)
        )

    def blame(
        self, *steps: StepOutcome, verdict: Verdict = Verdict.FAILED, cleanup: str = "", slice_name: str | None = None
    ) -> Cause:
        """Run one check with `steps` at second 3 and return why it did not pass; a slice "" is one that nobody told."""
        attempt = Attempt(3.0, 0.4, verdict, steps, cleanup_failed=cleanup)
        if slice_name is not None:
            attempt = dataclasses.replace(attempt, isolation="slice", slice_name=slice_name)
        identity = self.check("the one", "api", attempt, verdict=verdict)
        record = read_run(self.stream())
        check = next(check for check in record.checks if check.id == identity)
        told = check.telling_attempt
        assert told is not None
        services = {service.name: service for service in record.services}
        return find_cause(Case(check, told, told.blamed_step, services, Reach(record.edges)))

    def end(self, at: float, verdict: Verdict, exit_code: int, *causes: str) -> None:
        self.events.append(TornDown(START + at, 412.0))
        self.events.append(RunEnded(START + at, verdict, exit_code, at * 1000, causes))

    def stream(self) -> list[Event]:
        """Return the whole run, its plan first and the rest in the order of time."""
        services = tuple(
            MappedService(name, technology, "own code" if technology == "http" else "data", "team-checkout", 0.5)
            for name, technology in self.services.items()
        )
        edges = tuple(
            MappedEdge(
                name,
                name.split(" -> ")[0],
                name.split(" -> ")[1],
                technology,
                technology == "kafka",
                publishes=PUBLISHES.get(name, ()),
                consumes=CONSUMES.get(name, ()),
            )
            for name, technology in self.edges.items()
        )
        begin = RunStarted(
            START, "r-7f3a", "shop", "local", "7f3a", "0.1.0", 4, {"retry": "2"}, services, edges, tuple(self.planned)
        )
        return [begin, *sorted(self.events, key=lambda event: event.at)]


SERVICES = {
    "gateway": "http",
    "users": "http",
    "orders": "http",
    "payments": "http",
    "notifications": "http",
    "orders-db": "postgres",
    "payments-db": "postgres",
    "cache": "redis",
    "events": "kafka",
}
EDGES = {
    "gateway -> users": "http",
    "gateway -> orders": "http",
    "gateway -> cache": "redis",
    "orders -> users": "http",
    "orders -> payments": "http",
    "orders -> orders-db": "postgres",
    "orders -> events": "kafka",
    "payments -> payments-db": "postgres",
    "notifications -> events": "kafka",
}
PUBLISHES = {"orders -> events": ("orders.created",), "notifications -> events": ("notifications.sent",)}
CONSUMES = {"notifications -> events": ("orders.created",)}
REFUSED = ("POST /payments HTTP/1.1", "", "refused")


def tell_shop() -> Story:
    """One of everything: passed, failed with one cause thrice, flaky, inconclusive, skipped, a fault, a wait."""
    story = Story(SERVICES, EDGES)
    for number, service in enumerate(SERVICES):
        story.ready(service, 0.1 + 0.08 * number)
    trace = "a" * 32
    happy = (make_step(), make_step("select status from orders", "orders-db", verb="sql", answer="1 row"))
    for number in range(6):
        story.check(
            f"an order can be read, way {number}", "api", Attempt(1.0 + number * 0.3, steps=happy, agent=number % 4)
        )
    story.call("orders -> orders-db", 1.05, "insert into orders values ($1, $2)", "INSERT 0 1")
    story.check(
        "an order is cached",
        "cache",
        Attempt(1.1, steps=(make_step("get order:1", "cache", verb="redis", answer='"…"'),)),
    )
    _tell_payments_down(story, trace)
    _tell_flaky_and_wait(story)
    _tell_fault(story)
    story.events.append(Noticed(START + 4.4, "warning", "two checks share the topic orders.created"))
    story.end(5.4, Verdict.FAILED, 1, "6 checks failed", "1 check was inconclusive")
    return story


def _tell_payments_down(story: Story, trace: str) -> None:
    lines = ("starting on 4003", "could not connect to payments-db: password authentication failed")
    for number, line in enumerate(lines):
        story.log("payments", 2.5 + number * 0.05, line)
    story.change("payments", "failed", 2.6, "exited with code 1", lines)
    bad = make_step(
        verdict=Verdict.FAILED,
        mismatches=(
            wrong("status", "201", "503", '"payments unavailable"'),
            wrong("json.status", '"pending"', "<absent>"),
        ),
        answer="503 Service Unavailable",
    )
    names = ("an order is created, stored and announced", "an order is paid", "two orders are paid at once")
    for number, name in enumerate(names):
        attempt = Attempt(3.0 + number * 0.1, 0.212, Verdict.FAILED, (bad,), number, trace=trace if number == 0 else "")
        story.check(name, "api", attempt, verdict=Verdict.FAILED, line=12 + number)
    story.call("orders -> payments", 3.05, *REFUSED, trace=trace)
    story.call("orders -> orders-db", 3.06, "select 1", "1 row")
    story.log("orders", 3.06, "payments unavailable <script>alert(1)</script>")


def _tell_flaky_and_wait(story: Story) -> None:
    slow = make_step(
        "GET /stock/A-1", "users", verdict=Verdict.FAILED, error="no answer within 2 s: timed out", answer=""
    )
    story.check(
        "stock is counted",
        "services",
        Attempt(3.5, 0.2, Verdict.FAILED, (slow,), 1),
        Attempt(3.8, 0.1, Verdict.PASSED, (make_step("GET /stock/A-1", "users", answer="200 OK"),), 1),
        verdict=Verdict.FLAKY,
        line=40,
    )
    seen = tuple(Sighting(0.1 * n, f'{{"orderId": "o-{n}"}} on partition 0, offset {n}') for n in range(1, 4))
    missed = make_step(
        "orders.created",
        "events",
        verb="kafka.consume",
        verdict=Verdict.FAILED,
        mismatches=(wrong("value.orderId", '"o-17"', '"o-3"'),),
        sightings=seen,
        answer="3 messages seen, none matches",
        duration_ms=500.0,
    )
    story.check(
        "an order is announced",
        "messaging",
        Attempt(3.6, 0.6, Verdict.FAILED, (missed,), 2),
        verdict=Verdict.FAILED,
        line=60,
    )
    unproven = (make_step(expectations=0),)
    why = "no expectation was evaluated"
    story.check(
        "something happens",
        "services",
        Attempt(3.9, 0.1, Verdict.INCONCLUSIVE, unproven, 3, why),
        verdict=Verdict.INCONCLUSIVE,
        why=why,
    )
    story.check("later", "external", verdict=Verdict.SKIPPED, why="needs a contract with the bank")
    left = make_step(
        "DELETE /orders/17", verdict=Verdict.FAILED, error="500 Internal Server Error", is_cleanup=True, answer=""
    )
    story.check(
        "an order is deleted",
        "database",
        Attempt(4.0, 0.3, Verdict.FAILED, (make_step(), left), 0, cleanup_failed="DELETE /orders/17 answered 500"),
        verdict=Verdict.FAILED,
    )


def _tell_fault(story: Story) -> None:
    bad = make_step(
        "GET /stock/A-1",
        "notifications",
        verdict=Verdict.FAILED,
        mismatches=(wrong("json.reserved", "0", "1"),),
        answer='200 {"reserved": 1}',
    )
    name = "a lost broker leaves nothing <img src=x onerror=alert(1)>"
    identity = story.check(
        name, "resilience", Attempt(4.5, 0.4, Verdict.FAILED, (bad,), 1), verdict=Verdict.FAILED, line=80
    )
    story.break_edge("notifications -> events", 4.5, 4.9, "refuse", identity)


def cut_short(events: list[Event]) -> Iterator[Event]:
    """Drop the last third of a run, as a crash does."""
    return iter(events[: len(events) * 2 // 3])


@pytest.fixture
def story() -> Story:
    """An empty run of the shop's system."""
    return Story(SERVICES, EDGES)


@pytest.fixture
def shop() -> Story:
    return tell_shop()


@pytest.fixture
def shop_events(shop: Story) -> list[Event]:
    return shop.stream()


@pytest.fixture
def small() -> Story:
    """A run whose reports are short enough to be compared letter by letter."""
    story = Story({"orders": "http"}, {})
    story.ready("orders", 0.3)
    story.change("orders", "failed", 2.0, "exited with code 1", ("no disk left",))
    story.check("fine | one", "api", Attempt(0.5, 0.0125, steps=(make_step(),)))
    seen = (Sighting(0.05, "502"), Sighting(0.1, "503"))
    bad = make_step(
        verdict=Verdict.FAILED, mismatches=(wrong("status", "201", "503", "unavailable"),), answer="503", sightings=seen
    )
    left = make_step("DELETE /orders/1", verdict=Verdict.FAILED, error="refused", is_cleanup=True, answer="")
    for number, steps in ((1, (make_step(), bad, left)), (2, (bad,))):
        attempt = Attempt(2.0 + number, 0.2, Verdict.FAILED, steps, cleanup_failed="left" if number == 1 else "")
        story.check(f"bad {number}", "api", attempt, verdict=Verdict.FAILED, line=20 + number)
    story.check("later", "money", verdict=Verdict.SKIPPED, why="no bank yet")
    story.log("orders", 3.1, "GET / 503 <b>")
    story.events.append(Noticed(START + 4, "warning", "a *note*"))
    story.end(5.0, Verdict.FAILED, 1, "2 checks failed")
    return story


@pytest.fixture
def failures_far_behind(story: Story) -> Record:
    """A run in which hundreds of checks beyond those in memory failed, each with a long answer of its own."""
    for number in range(NEAR):
        story.check(f"fine {number}")
    for number in range(FAR):
        failed = make_step(verdict=Verdict.FAILED, error="no", answer=f"{number:03}" * LONG)
        attempt = Attempt(number / 100, verdict=Verdict.FAILED, steps=(failed,))
        story.check(f"bad {number}", "api", attempt, verdict=Verdict.FAILED)
    story.end(10.0, Verdict.FAILED, 1)
    return read_run(story.stream())
