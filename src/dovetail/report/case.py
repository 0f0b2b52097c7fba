"""One check that did not pass, seen with what is known around it: the words the rules of `cause` are written in."""

from collections.abc import Mapping
from dataclasses import dataclass

from dovetail.model.event import ServiceChanged
from dovetail.model.outcome import Mismatch, StepOutcome
from dovetail.report.fact import AttemptRecord, CheckRecord, FaultRecord, ServiceRecord, told_mismatches
from dovetail.report.reach import Reach
from dovetail.report.text import on_one_line

KEPT_LINES = 8
FIRST_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line that supports a cause; `source` is the service or edge it comes from."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Equal keys are one cause; `at` is when it happened (0 where only its effect is known)."""

    kind: str
    key: tuple[str, ...]
    title: str
    service: str = ""
    edge: str = ""
    at: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    next: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
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
        """Return the expected and the given status where that is what did not hold."""
        mismatch = self.mismatch
        if mismatch and mismatch.path.rpartition(".")[2] == "status":
            return mismatch.expected, mismatch.got
        return "", ""

    @property
    def touched(self) -> frozenset[str]:
        return self.reach.services(step.on for attempt in self.check.attempts for step in attempt.steps)


def state_at(service: ServiceRecord, at: float) -> ServiceChanged | None:
    """Return the last change of `service` until `at`."""
    return next((change for change in reversed(service.changes) if change.at <= at), None)


def describe_failure(change: ServiceChanged) -> str:
    detail = on_one_line(change.detail, 200)
    if not detail:
        return f"{change.service} {'failed' if change.state == 'failed' else f'was {change.state}'}"
    return detail if detail.startswith(change.service) else f"{change.service} {detail}"


def log_evidence(service: ServiceRecord, change: ServiceChanged) -> tuple[Evidence, ...]:
    lines = change.log or service.last_lines
    return tuple(Evidence(service.name, on_one_line(line, 300)) for line in lines[-KEPT_LINES:] if line.strip())


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
