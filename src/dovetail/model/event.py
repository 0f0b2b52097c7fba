"""The facts of a run, in the order they happened; the journal keeps them, every report is read from them.

`at` is seconds since the epoch. A new fact is a new class and a new line in EVENTS.
"""

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct, field

from dovetail.model.data import NOWHERE, Place
from dovetail.model.exchange import Exchange
from dovetail.model.outcome import StepOutcome, Verdict


class MappedService(Struct, frozen=True):
    name: str
    technology: str
    kind: str
    owner: str = ""
    criticality: float = 0.0


class MappedEdge(Struct, frozen=True):
    name: str
    source: str
    target: str
    technology: str
    is_asynchronous: bool = False
    when_broken: str = ""
    publishes: tuple[str, ...] = ()
    consumes: tuple[str, ...] = ()


class PlannedCheck(Struct, frozen=True):
    id: str
    name: str
    scope: str
    place: Place = NOWHERE
    tags: tuple[str, ...] = ()
    isolation: str = ""


class RunStarted(Struct, frozen=True):
    """`checks` are the first of those planned; `more` follow, each told by a CheckPlanned."""

    at: float
    run: str
    system: str
    environment: str
    seed: str
    version: str
    agents: int
    options: Mapping[str, str] = field(default_factory=dict)
    services: tuple[MappedService, ...] = ()
    edges: tuple[MappedEdge, ...] = ()
    checks: tuple[PlannedCheck, ...] = ()
    more: int = 0


class ServiceChanged(Struct, frozen=True):
    """A service's state: building starting ready done paused stopping stopped failed; `ready_ms` once it is ready."""

    at: float
    service: str
    state: str
    ready_ms: float = 0.0
    detail: str = ""
    address: str = ""
    pid: int = 0
    log: tuple[str, ...] = ()


class LogWritten(Struct, frozen=True):
    at: float
    service: str
    line: str


class ExchangeSeen(Struct, frozen=True):
    at: float
    exchange: Exchange


class CheckPlanned(Struct, frozen=True):
    """A check that the run's first event does not name: beyond the first of many, or collected later by pytest."""

    at: float
    check: PlannedCheck


class CheckStarted(Struct, frozen=True):
    at: float
    check: str
    attempt: int
    agent: int
    isolation: str = ""
    trace: str = ""


class SliceTaken(Struct, frozen=True):
    """From here on an attempt has a slice to itself, whose services are called `name@slice_name`; it may yet open."""

    at: float
    check: str
    attempt: int
    slice_name: str


class StepEnded(Struct, frozen=True):
    at: float
    check: str
    attempt: int
    step: StepOutcome


class AttemptEnded(Struct, frozen=True):
    """`why` tells a verdict that no step explains: no expectation evaluated, timed out, skipped."""

    at: float
    check: str
    attempt: int
    verdict: Verdict
    duration_ms: float
    why: str = ""
    cleanup_failed: str = ""


class CheckEnded(Struct, frozen=True):
    at: float
    check: str
    verdict: Verdict
    duration_ms: float
    attempts: int
    why: str = ""


class FaultInjected(Struct, frozen=True):
    at: float
    lease: str
    edge: str
    kind: str
    settings: Mapping[str, str] = field(default_factory=dict)
    check: str = ""


class FaultLifted(Struct, frozen=True):
    at: float
    lease: str
    edge: str
    why: str = ""


class TornDown(Struct, frozen=True):
    """The proof of teardown: `remains` names every process, port or directory still there."""

    at: float
    took_ms: float
    remains: tuple[str, ...] = ()


class Noticed(Struct, frozen=True):
    """Something a user must be told that belongs to no check; level: note, warning, error."""

    at: float
    level: str
    text: str


class RunEnded(Struct, frozen=True):
    """`causes` are all reasons against 0, most important first; `exit_code` is that of the first."""

    at: float
    verdict: Verdict
    exit_code: int
    duration_ms: float
    causes: tuple[str, ...] = ()


Event: TypeAlias = (
    RunStarted
    | ServiceChanged
    | LogWritten
    | ExchangeSeen
    | CheckPlanned
    | CheckStarted
    | SliceTaken
    | StepEnded
    | AttemptEnded
    | CheckEnded
    | FaultInjected
    | FaultLifted
    | TornDown
    | Noticed
    | RunEnded
)

EVENTS: Mapping[str, type[Event]] = {
    "run-started": RunStarted,
    "service-changed": ServiceChanged,
    "log-written": LogWritten,
    "exchange-seen": ExchangeSeen,
    "check-planned": CheckPlanned,
    "check-started": CheckStarted,
    "slice-taken": SliceTaken,
    "step-ended": StepEnded,
    "attempt-ended": AttemptEnded,
    "check-ended": CheckEnded,
    "fault-injected": FaultInjected,
    "fault-lifted": FaultLifted,
    "torn-down": TornDown,
    "noticed": Noticed,
    "run-ended": RunEnded,
}
