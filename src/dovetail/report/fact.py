"""What a report knows of a run: its events folded into frozen values. Made by `record`, read by every format."""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct, field

from dovetail.model.check import Isolation
from dovetail.model.data import NOWHERE, Place
from dovetail.model.event import LogWritten, Noticed, ServiceChanged, SliceTaken
from dovetail.model.exchange import Exchange
from dovetail.model.outcome import Mismatch, StepOutcome, Verdict
from dovetail.model.shelf import Shelf

SLICE = "@"
NO_ANSWERS = frozenset({"cut", "refused", "timed out"})
BAD_ENDS = NO_ANSWERS | {"failed"}


def find_original(name: str) -> str:
    """Return the service or edge that `name` is a slice's copy of; any other is its own."""
    return " -> ".join(part.partition(SLICE)[0] for part in name.split(" -> ")) if SLICE in name else name


class Attribution(StrEnum):
    """How an exchange is known to belong to a check; SHARED ones only happened while several checks ran."""

    TRACE = "trace"
    ALONE = "alone"
    SHARED = "shared"


class SeenExchange(Struct, frozen=True):
    exchange: Exchange
    by: Attribution


def told_mismatches(step: StepOutcome) -> tuple[Mismatch, ...]:
    """Return what did not hold, without the entry that only repeats `error`: that no answer came."""
    return tuple(one for one in step.mismatches if one.path != "error" or one.got != step.error)


class Totals(Struct, frozen=True):
    passed: int = 0
    failed: int = 0
    flaky: int = 0
    inconclusive: int = 0
    skipped: int = 0

    @property
    def checks(self) -> int:
        return self.passed + self.failed + self.flaky + self.inconclusive + self.skipped

    @property
    def are_fine(self) -> bool:
        return self.passed + self.skipped == self.checks

    def of(self, verdict: Verdict) -> int:
        return {
            Verdict.PASSED: self.passed,
            Verdict.FAILED: self.failed,
            Verdict.FLAKY: self.flaky,
            Verdict.INCONCLUSIVE: self.inconclusive,
            Verdict.SKIPPED: self.skipped,
        }[verdict]


class FaultRecord(Struct, frozen=True):
    """`lifted_at` is 0 where the end of the fault was never told."""

    lease: str
    edge: str
    kind: str
    settings: Mapping[str, str]
    check: str
    injected_at: float
    lifted_at: float = 0.0
    why: str = ""

    def lies_at(self, at: float) -> bool:
        return self.injected_at <= at and (not self.lifted_at or at <= self.lifted_at)

    @property
    def words(self) -> str:
        """The fault in one line: its kind and settings."""
        said = [(name, value) for name, value in self.settings.items() if name != "enabled"]
        return " ".join([self.kind, *(name if value == "True" else f"{name} {value}" for name, value in said)])


class ServiceRecord(Struct, frozen=True):
    """`state` is the last one told before teardown, `changes` its whole health timeline.

    A private copy for some checks is called service@slice.
    """

    name: str
    technology: str
    kind: str = ""
    owner: str = ""
    criticality: float = 0.0
    state: str = ""
    ready_ms: float = 0.0
    address: str = ""
    changes: tuple[ServiceChanged, ...] = ()
    last_lines: tuple[str, ...] = ()

    @property
    def is_slice(self) -> bool:
        return SLICE in self.name


class Readiness(Struct, frozen=True):
    """The services so far, and after how long the last of them was ready; 0 where one never was."""

    services: tuple[ServiceRecord, ...]
    ready_ms: float


class EdgeRecord(Struct, frozen=True):
    """`failed` counts answers that said no or never came, `faulted` those given by a fault.

    It is failing where such a call belongs to a check that did not pass.
    """

    name: str
    source: str
    target: str
    technology: str
    is_asynchronous: bool = False
    when_broken: str = ""
    calls: int = 0
    failed: int = 0
    faulted: int = 0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0
    is_failing: bool = False
    publishes: tuple[str, ...] = ()
    consumes: tuple[str, ...] = ()


class AttemptRecord(Struct, frozen=True):
    """`taken` tells which slice it had, and since when; an old journal does not."""

    number: int
    agent: int
    started_at: float
    duration_ms: float
    verdict: Verdict
    why: str = ""
    cleanup_failed: str = ""
    isolation: str = ""
    trace: str = ""
    steps: tuple[StepOutcome, ...] = ()
    taken: SliceTaken | None = None

    @property
    def slice_name(self) -> str:
        return self.taken.slice_name if self.taken is not None else ""

    @property
    def is_sliced(self) -> bool:
        return self.isolation == Isolation.SLICE

    @property
    def ended_at(self) -> float:
        return self.started_at + self.duration_ms / 1000

    @property
    def blamed_step(self) -> StepOutcome | None:
        """The first step that did not pass, acts before cleanup."""
        bad = [step for step in self.steps if step.verdict not in {Verdict.PASSED, Verdict.SKIPPED}]
        return min(bad, key=lambda step: step.is_cleanup, default=None)


class CheckRecord(Struct, frozen=True):
    id: str
    name: str
    scope: str
    verdict: Verdict
    place: Place = NOWHERE
    tags: tuple[str, ...] = ()
    duration_ms: float = 0.0
    why: str = ""
    attempts: tuple[AttemptRecord, ...] = ()
    exchanges: tuple[SeenExchange, ...] = ()
    exchanges_left_out: int = 0
    faults: tuple[FaultRecord, ...] = ()
    log: tuple[LogWritten, ...] = ()

    @property
    def is_fine(self) -> bool:
        return self.verdict in {Verdict.PASSED, Verdict.SKIPPED}

    @property
    def cleanup_failed(self) -> str:
        return next((attempt.cleanup_failed for attempt in self.attempts if attempt.cleanup_failed), "")

    @property
    def telling_attempt(self) -> AttemptRecord | None:
        """The attempt that explains the verdict: of a flaky check the last that did not pass, else the last."""
        if not self.attempts:
            return None
        if self.verdict is Verdict.FLAKY:
            bad = [attempt for attempt in self.attempts if attempt.verdict is not Verdict.PASSED]
            return bad[-1] if bad else self.attempts[-1]
        return self.attempts[-1]


class Record(Struct, frozen=True):
    """One run. `is_complete` is False where the journal ends before the run did; many checks lie on a shelf."""

    run: str
    system: str
    environment: str
    seed: str
    version: str
    agents: int
    options: Mapping[str, str]
    started_at: float
    duration_ms: float
    verdict: Verdict
    exit_code: int
    causes: tuple[str, ...]
    is_complete: bool
    services: tuple[ServiceRecord, ...] = ()
    edges: tuple[EdgeRecord, ...] = ()
    checks: Sequence[CheckRecord] = ()
    faults: tuple[FaultRecord, ...] = ()
    notices: tuple[Noticed, ...] = ()
    totals: Totals = field(default_factory=Totals)
    scopes: Mapping[str, Totals] = field(default_factory=dict)
    ready_ms: float = 0.0
    teardown_ms: float = 0.0
    remains: tuple[str, ...] = ()

    def of_scope(self, scope: str) -> Sequence[CheckRecord]:
        return Shelf(check for check in self.checks if check.scope == scope).finish()


class Tally:
    """How many checks ended how, scope by scope."""

    def __init__(self) -> None:
        self._scopes: dict[str, Counter[Verdict]] = {}

    def count(self, check: CheckRecord) -> None:
        self._scopes.setdefault(check.scope, Counter())[check.verdict] += 1

    def by_scope(self) -> Mapping[str, Totals]:
        return {scope: _add_up(counted) for scope, counted in self._scopes.items()}

    def total(self) -> Totals:
        return _add_up(sum(self._scopes.values(), Counter()))


def _add_up(counted: Counter[Verdict]) -> Totals:
    return Totals(**{verdict.value: counted[verdict] for verdict in Verdict})
