"""The shape of a CTRF document (ctrf.io), as types. Filled by `ctrf`.

Only fields that every edition of its schema knows are written: a reader refuses the others.
A field that says nothing is left out. What CTRF has no word for stands in its `extra` objects.
"""

from typing import Literal

from msgspec import Struct, field

Status = Literal["passed", "failed", "skipped", "pending", "other"]


class Shape(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What all parts of the document have in common."""


class Tool(Shape, frozen=True, kw_only=True):
    name: str
    version: str = ""


class SummaryExtra(Shape, frozen=True, kw_only=True):
    verdict: str
    exit_code: int
    is_complete: bool
    causes: tuple[str, ...] = ()


class Summary(Shape, frozen=True, kw_only=True):
    tests: int
    passed: int
    failed: int
    skipped: int
    pending: int
    other: int
    flaky: int
    suites: int
    start: int
    stop: int
    duration: int
    extra: SummaryExtra


class StepExtra(Shape, frozen=True, kw_only=True):
    verdict: str
    verb: str
    start: int
    duration: int
    on: str = ""
    place: str = ""
    answer: str = ""
    error: str = ""
    expectations: int = 0
    mismatches: tuple[str, ...] = ()
    is_cleanup: bool = False


class Step(Shape, frozen=True, kw_only=True):
    name: str
    status: Status
    extra: StepExtra


class AttemptExtra(Shape, frozen=True, kw_only=True):
    verdict: str
    agent: int
    trace_id: str = ""
    isolation: str = ""
    slice: str = ""
    cleanup_failed: str = ""
    steps: tuple[Step, ...] = ()


class RetryAttempt(Shape, frozen=True, kw_only=True):
    """An attempt before the one that the test itself tells."""

    attempt: int
    status: Status
    duration: int
    start: int
    stop: int
    message: str = ""
    trace: str = ""
    extra: AttemptExtra


class Cause(Shape, frozen=True, kw_only=True):
    kind: str
    title: str
    is_likely: bool = False
    evidence: tuple[str, ...] = ()
    next: tuple[str, ...] = ()


class TestExtra(Shape, frozen=True, kw_only=True):
    id: str
    trace_id: str = ""
    isolation: str = ""
    slice: str = ""
    cleanup_failed: str = ""
    cause: Cause | None = None


class Test(Shape, frozen=True, kw_only=True):
    id: str
    name: str
    status: Status
    duration: int
    start: int = 0
    stop: int = 0
    suite: tuple[str, ...]
    message: str = ""
    trace: str = ""
    file_path: str = ""
    line: int = 0
    raw_status: str
    tags: tuple[str, ...] = ()
    type: str
    retries: int = 0
    retry_attempts: tuple[RetryAttempt, ...] = ()
    flaky: bool = False
    stderr: tuple[str, ...] = ()
    thread_id: str = ""
    steps: tuple[Step, ...] = ()
    extra: TestExtra


class EnvironmentExtra(Shape, frozen=True, kw_only=True):
    run: str
    seed: str
    agents: int
    options: dict[str, str]


class Environment(Shape, frozen=True, kw_only=True):
    report_name: str
    app_name: str
    test_environment: str
    extra: EnvironmentExtra


class Results(Shape, frozen=True, kw_only=True):
    tool: Tool
    summary: Summary
    tests: list[Test]
    environment: Environment


class Document(Shape, frozen=True, kw_only=True):
    format: str = field(name="reportFormat")
    spec_version: str
    report_id: str
    timestamp: str
    generated_by: str
    results: Results
