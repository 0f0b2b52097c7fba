"""One check that did not pass, seen with what is known around it: the words the rules of `cause` are written in."""

from collections.abc import Mapping

from msgspec import Struct

from dovetail.model.event import ServiceChanged
from dovetail.model.outcome import Mismatch, StepOutcome
from dovetail.report.decisive import pick_lines
from dovetail.report.fact import (
    BAD_ENDS,
    NO_ANSWERS,
    AttemptRecord,
    Attribution,
    CheckRecord,
    FaultRecord,
    SeenExchange,
    ServiceRecord,
    told_mismatches,
)
from dovetail.report.reach import Reach
from dovetail.report.text import clean, on_one_line

KEPT_LINES = 6
FIRST_SERVER_ERROR = 500
LONGEST_LINE = 300


class Evidence(Struct, frozen=True):
    """One line that supports a cause; `source` is the service or edge it comes from."""

    source: str
    text: str


class Cause(Struct, frozen=True):
    """Equal keys are one cause; `at` is when it happened (0 where only its effect is known).

    It is only likely where it follows from reach and time and was not met on the wire.
    """

    kind: str
    key: tuple[str, ...]
    title: str
    service: str = ""
    edge: str = ""
    at: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    next: tuple[str, ...] = ()
    is_likely: bool = False


class Case(Struct, frozen=True):
    """One check that did not pass, with the attempt and the step that tell why, and the system around it."""

    check: CheckRecord
    attempt: AttemptRecord | None
    step: StepOutcome | None
    services: Mapping[str, ServiceRecord]
    reach: Reach

    @property
    def mismatch(self) -> Mismatch | None:
        return next(iter(told_mismatches(self.step)), None) if self.step else None

    @property
    def status(self) -> tuple[str, str]:
        """Return the expected and the given status where that is what did not hold: the answer's, not one within it."""
        mismatch = self.mismatch
        if mismatch and mismatch.path == "status":
            return mismatch.expected, mismatch.got
        return "", ""

    @property
    def touched(self) -> frozenset[str]:
        return self.reach.services(step.on for attempt in self.check.attempts for step in attempt.steps)


def describe_failure(change: ServiceChanged) -> str:
    """Say what became of a service, in its own environment's words where there are any."""
    detail = on_one_line(change.detail, 200)
    if not detail:
        return f"{change.service} {'failed' if change.state == 'failed' else f'was {_spell_state(change.state)}'}"
    if change.state in {"stopping", "stopped"}:
        return f"{change.service} was {detail}"
    return detail if detail.startswith(change.service) else f"{change.service} {detail}"


def _spell_state(state: str) -> str:
    return "stopped" if state == "stopping" else state


def log_evidence(service: ServiceRecord, change: ServiceChanged) -> tuple[Evidence, ...]:
    """Return the last lines that tell why a service ended; their indent is kept."""
    lines = pick_lines([clean(line).expandtabs(4) for line in change.log or service.last_lines], KEPT_LINES)
    return tuple(Evidence(service.name, line[:LONGEST_LINE]) for line in lines)


def calls_in_trouble(case: Case) -> tuple[SeenExchange, ...]:
    """Return the calls that went wrong during the step.

    Of those that may belong to another check only the unanswered count: a no may be what that one wanted.
    """
    step = case.step
    if step is None:
        return ()
    ended = step.started_at + step.duration_ms / 1000
    return tuple(
        seen
        for seen in case.check.exchanges
        if seen.exchange.ended in (BAD_ENDS if seen.by is not Attribution.SHARED else NO_ANSWERS)
        and step.started_at - 0.01 <= seen.exchange.started_at <= ended
    )


def lies_on(fault: FaultRecord, step: StepOutcome | None) -> bool:
    if step is None:
        return False
    ended = step.started_at + step.duration_ms / 1000
    return fault.injected_at <= ended and (not fault.lifted_at or fault.lifted_at >= step.started_at)


def is_server_error(case: Case) -> bool:
    got = case.status[1]
    return got.isdigit() and int(got) >= FIRST_SERVER_ERROR


def shows_absence(case: Case) -> bool:
    """Tell whether the step looks like one that lacked somebody: a wrong value alone does not."""
    step = case.step
    return step is None or lacks_answer(step) or bool(step.sightings) or is_server_error(case)


def lacks_answer(step: StepOutcome) -> bool:
    """Tell whether no answer came, rather than one whose error was expected to be another."""
    return bool(step.error) and not told_mismatches(step)


def is_written_wrong(text: str) -> bool:
    """Tell whether a mistake in the user's file is told: it comes with its place and line, so on several lines."""
    return "\n" in text.strip()


def tell(step: StepOutcome) -> str:
    parts = (step.request or step.name, step.answer or step.error)
    return " → ".join(on_one_line(part, 160) for part in parts if part)


def name_logs(case: Case) -> str:
    service = case.step.on if case.step else ""
    return f"dovetail logs {service}" if service else "dovetail run --failed"
