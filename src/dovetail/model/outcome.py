"""What came of a step, an attempt and a check; the four-state verdict and its exit codes."""

from enum import IntEnum, StrEnum

from msgspec import Struct

from dovetail.model.data import NOWHERE, Place


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    FLAKY = "flaky"
    INCONCLUSIVE = "inconclusive"
    SKIPPED = "skipped"


class ExitCode(IntEnum):
    """pytest's 0 to 5, then what only a whole system can say; docs/reference/exit-codes.md reserves 7 and 8."""

    PASSED = 0
    FAILED = 1
    INTERRUPTED = 2
    BROKEN_DOVETAIL = 3
    USAGE = 4
    NOTHING_SELECTED = 5
    NOT_READY = 6
    INCONCLUSIVE = 9


class Mismatch(Struct, frozen=True):
    """One expectation that did not hold: where in the answer, what was wanted, what came."""

    path: str
    expected: str
    got: str
    why: str = ""
    place: Place = NOWHERE


class Sighting(Struct, frozen=True):
    """One answer seen while waiting; `at` is seconds since the step began."""

    at: float
    saw: str


class StepOutcome(Struct, frozen=True):
    """One step of one attempt; `expectations` counts what was evaluated, `error` is why no answer came."""

    name: str
    verb: str
    on: str
    verdict: Verdict
    started_at: float
    duration_ms: float
    expectations: int = 0
    mismatches: tuple[Mismatch, ...] = ()
    error: str = ""
    request: str = ""
    answer: str = ""
    sightings: tuple[Sighting, ...] = ()
    is_cleanup: bool = False
    place: Place = NOWHERE
