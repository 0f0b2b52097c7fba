"""The shape of the JSON report, as types: the schema is derived from them. Filled by `json_report`."""

from typing import Literal

import msgspec

SCHEMA_VERSION = 1

VerdictWord = Literal["passed", "failed", "flaky", "inconclusive", "skipped"]


class TotalsView(msgspec.Struct):
    checks: int
    passed: int
    failed: int
    flaky: int
    inconclusive: int
    skipped: int


class MismatchView(msgspec.Struct):
    """One expectation that did not hold."""

    path: str
    expected: str
    got: str
    why: str
    place: str


class SightingView(msgspec.Struct):
    """One answer seen while the step waited; `at_ms` counts from the step's begin."""

    at_ms: float
    saw: str


class StepView(msgspec.Struct):
    name: str
    verb: str
    on: str
    verdict: VerdictWord
    started_at: str
    duration_ms: float
    expectations: int
    mismatches: list[MismatchView]
    error: str
    request: str
    answer: str
    sightings: list[SightingView]
    is_cleanup: bool
    place: str


class AttemptView(msgspec.Struct):
    number: int
    agent: int
    verdict: VerdictWord
    started_at: str
    duration_ms: float
    why: str
    cleanup_failed: str
    isolation: str
    slice: str
    trace: str
    steps: list[StepView]


class ExchangeView(msgspec.Struct):
    """`by` says how the exchange is known to belong to the check; a shared one may belong to another."""

    edge: str
    technology: str
    request: str
    answer: str
    ended: str
    started_at: str
    duration_ms: float
    trace: str
    by: Literal["trace", "alone", "shared"]


class FaultView(msgspec.Struct):
    edge: str
    kind: str
    settings: dict[str, str]
    check: str
    injected_at: str
    lifted_at: str


class CheckView(msgspec.Struct):
    """`attempts` is how often the check ran.

    `steps`, `started_at`, `agent`, `isolation`, `slice` and `trace` are of the attempt that tells the verdict: the last
    one, of a flaky check the last that did not pass. `other_attempts` holds the rest. `slice` names the one it was
    played in.
    """

    id: str
    name: str
    scope: str
    verdict: VerdictWord
    duration_ms: float
    attempts: int
    place: str
    tags: list[str]
    why: str
    cleanup_failed: str
    started_at: str
    agent: int
    isolation: str
    slice: str
    trace: str
    steps: list[StepView]
    other_attempts: list[AttemptView]
    exchanges: list[ExchangeView]
    exchanges_left_out: int
    faults: list[FaultView]


class EvidenceView(msgspec.Struct):
    source: str
    text: str


class FindingView(msgspec.Struct):
    """One cause, the checks it explains, what shows it and what to do next.

    Of the checks those in `likely` are put down to it by reach and time; the others met it on the wire.
    """

    kind: str
    title: str
    verdict: VerdictWord
    checks: list[str]
    likely: list[str]
    service: str
    edge: str
    when: str
    evidence: list[EvidenceView]
    next: list[str]


class ChangeView(msgspec.Struct):
    at: str
    state: str
    detail: str


class ServiceView(msgspec.Struct):
    name: str
    technology: str
    kind: str
    owner: str
    criticality: float
    state: str
    ready_ms: float
    address: str
    changes: list[ChangeView]


class EdgeView(msgspec.Struct):
    """`failed` counts answers that said no or never came, `faulted` those given by a fault."""

    name: str
    source: str
    target: str
    technology: str
    is_asynchronous: bool
    when_broken: str
    calls: int
    failed: int
    faulted: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    is_failing: bool
    publishes: list[str]
    consumes: list[str]


class NoticeView(msgspec.Struct):
    at: str
    level: str
    text: str


class TeardownView(msgspec.Struct):
    took_ms: float
    remains: list[str]


class ReportView(msgspec.Struct):
    """One run of Dovetail. Times are ISO 8601 in UTC, durations milliseconds, places file:line."""

    schema_version: int
    verdict: VerdictWord
    exit_code: int
    causes: list[str]
    is_complete: bool
    run: str
    system: str
    environment: str
    seed: str
    dovetail_version: str
    agents: int
    options: dict[str, str]
    started_at: str
    duration_ms: float
    ready_ms: float
    totals: TotalsView
    scopes: dict[str, TotalsView]
    findings: list[FindingView]
    checks: list[CheckView]
    services: list[ServiceView]
    edges: list[EdgeView]
    faults: list[FaultView]
    notices: list[NoticeView]
    teardown: TeardownView
