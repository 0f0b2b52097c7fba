"""Why one check did not pass: rules from the surest evidence to the weakest. Called by `finding`, which groups them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dovetail.model.event import ServiceChanged
from dovetail.model.outcome import Mismatch, StepOutcome, Verdict
from dovetail.report.fact import BAD_ENDS, AttemptRecord, CheckRecord, FaultRecord, SeenExchange, ServiceRecord
from dovetail.report.reach import Reach
from dovetail.report.symptom import name_status, name_symptom
from dovetail.report.text import on_one_line, spell_count, spell_ms

KEPT_LINES = 8
KEPT_SIGHTINGS = 6
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
        return self.step.mismatches[0] if self.step and self.step.mismatches else None

    @property
    def status(self) -> tuple[str, str]:
        """The expected and the given status where that is what did not hold."""
        mismatch = self.mismatch
        if mismatch and mismatch.path.rpartition(".")[2] == "status":
            return mismatch.expected, mismatch.got
        return "", ""

    @property
    def touched(self) -> frozenset[str]:
        return self.reach.services(step.on for attempt in self.check.attempts for step in attempt.steps)


Rule = Callable[[Case], Cause | None]


def find_cause(case: Case) -> Cause:
    for rule in RULES:
        cause = rule(case)
        if cause is not None:
            return cause
    why = case.check.why or "no step tells why"
    return Cause("other", ("other", why), why, next=(_logs(case),))


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


def _service_went_down(case: Case) -> Cause | None:
    if case.attempt is None or not _shows_absence(case):
        return None
    until = case.step.started_at + case.step.duration_ms / 1000 if case.step else case.attempt.ended_at
    down = []
    for name in case.touched:
        service = case.services.get(name)
        change = state_at(service, until) if service else None
        if service and change and change.state in {"failed", "paused"}:
            down.append((change.at, service, change))
    if not down:
        return None
    _, service, change = min(down, key=lambda found: found[0])
    return Cause(
        "service-down",
        ("service-down", service.name, str(change.at)),
        describe_failure(change),
        service=service.name,
        at=change.at,
        evidence=log_evidence(service, change),
        next=(f"dovetail logs {service.name}",),
    )


def _shows_absence(case: Case) -> bool:
    """Tell whether the step looks like one that lacked somebody: a wrong value alone does not."""
    step = case.step
    return step is None or bool(step.error or step.sightings) or _is_server_error(case)


def _nothing_proven(case: Case) -> Cause | None:
    if case.check.verdict is not Verdict.INCONCLUSIVE or case.step or not case.attempt or not case.attempt.steps:
        return None
    if any(step.expectations for step in case.attempt.steps):
        return None
    return Cause(
        "nothing-proven",
        ("nothing-proven",),
        "no expectation was evaluated, so nothing is proven",
        next=("add expect: to a step of the check",),
    )


def _cleanup_failed(case: Case) -> Cause | None:
    step = case.step
    if not (step.is_cleanup if step else case.check.cleanup_failed):
        return None
    told = case.check.cleanup_failed or (step.error if step else "")
    where = (Evidence(step.on, _tell(step)),) if step else ()
    return Cause(
        "cleanup-failed",
        ("cleanup-failed", step.on if step else "", told),
        f"the check did its work, but its clean-up failed{': ' + on_one_line(told, 160) if told else ''}",
        service=step.on if step else "",
        evidence=where,
        next=(_logs(case), "dovetail down && dovetail up"),
    )


def _broken_on_purpose(case: Case) -> Cause | None:
    step, faults = case.step, [fault for fault in case.check.faults if _lies_on(fault, case.step)]
    if step is None or not faults:
        return None
    fault = faults[0]
    return Cause(
        "not-resilient",
        ("not-resilient", fault.edge, fault.kind, step.on),
        f"{step.on} did not behave as expected while {fault.edge} was broken on purpose ({fault.words})",
        service=step.on,
        edge=fault.edge,
        evidence=(Evidence(step.on, _tell(step)),),
        next=(f"dovetail logs {step.on}",),
    )


def _lies_on(fault: FaultRecord, step: StepOutcome | None) -> bool:
    if step is None:
        return False
    ended = step.started_at + step.duration_ms / 1000
    return fault.injected_at <= ended and (not fault.lifted_at or fault.lifted_at >= step.started_at)


def _edge_in_trouble(case: Case) -> Cause | None:
    step = case.step
    if step is None or not (step.error or _is_server_error(case)):
        return None
    ended = step.started_at + step.duration_ms / 1000
    bad = [
        seen
        for seen in case.check.exchanges
        if seen.exchange.ended in BAD_ENDS and step.started_at - 0.01 <= seen.exchange.started_at <= ended
    ]
    if not bad:
        return None
    seen = max(bad, key=lambda one: one.exchange.started_at)
    return _blame_edge(case, seen)


def _blame_edge(case: Case, seen: SeenExchange) -> Cause:
    exchange = seen.exchange
    source, target = case.reach.ends.get(exchange.edge, ("", exchange.edge.rpartition("->")[2].strip()))
    hedge = "" if seen.by != "shared" else " (seen while other checks ran too)"
    words = {"refused": "was refused", "cut": "was cut off", "timed out": "timed out", "failed": "was answered with no"}
    answer = f" → {on_one_line(exchange.answer, 120)}" if exchange.answer else ""
    return Cause(
        f"edge-{exchange.ended.replace(' ', '-')}",
        ("edge", exchange.edge, exchange.ended, exchange.answer),
        f"a call on {exchange.edge} {words[exchange.ended]}{hedge}",
        service=target,
        edge=exchange.edge,
        at=exchange.started_at,
        evidence=(
            Evidence(exchange.edge, f"{on_one_line(exchange.request, 160)}{answer}  {spell_ms(exchange.duration_ms)}"),
        ),
        next=tuple(f"dovetail logs {name}" for name in (target, source) if name in case.services),
    )


def _is_server_error(case: Case) -> bool:
    got = case.status[1]
    return got.isdigit() and int(got) >= FIRST_SERVER_ERROR


def _event_not_received(case: Case) -> Cause | None:
    step = case.step
    if step is None or not step.verb.endswith("consume"):
        return None
    asked = on_one_line(step.request or step.name or step.on, 120)
    seen = step.sightings
    came = f"{spell_count(len(seen), 'message')} came, none as expected" if seen else "nothing came"
    lines = tuple(Evidence(f"{one.at:.1f} s", on_one_line(one.saw, 200)) for one in seen[-KEPT_SIGHTINGS:])
    sources = sorted(source for source, target in case.reach.ends.values() if target == step.on)
    return Cause(
        "event-not-received",
        ("event", step.on, asked, str(bool(seen))),
        f"{asked}: {came} within {spell_ms(step.duration_ms)}",
        service=step.on,
        evidence=lines,
        next=tuple(f"dovetail logs {source}" for source in sources[:3]) or (_logs(case),),
    )


def _step_error(case: Case) -> Cause | None:
    step = case.step
    if step is None or not step.error:
        return None
    symptom = name_symptom(step.error)
    title = f"{step.on}: {symptom.words}" if symptom.kind != "error" else f"{step.on}: {on_one_line(step.error, 160)}"
    return Cause(
        symptom.kind,
        ("error", symptom.kind, step.on, step.error if symptom.kind == "error" else ""),
        title,
        service=step.on,
        evidence=(Evidence(step.on, _tell(step)),),
        next=(symptom.now.format(service=step.on), f"dovetail logs {step.on}"),
    )


def _wrong_status(case: Case) -> Cause | None:
    step, (expected, got) = case.step, case.status
    if step is None or not got:
        return None
    symptom = name_status(got)
    return Cause(
        symptom.kind,
        ("status", step.on, expected, got, "" if _is_server_error(case) else step.request),
        f"{step.on} {symptom.words.format(got=got, expected=expected)}",
        service=step.on,
        evidence=(Evidence(step.on, _tell(step)),),
        next=(symptom.now.format(service=step.on), f"dovetail logs {step.on}"),
    )


def _other_answer(case: Case) -> Cause | None:
    step, mismatch = case.step, case.mismatch
    if step is None or mismatch is None:
        return None
    waited = f" within {spell_ms(step.duration_ms)}" if step.sightings else ""
    what = f"expected {on_one_line(mismatch.expected, 80)}, got {on_one_line(mismatch.got, 80)}"
    return Cause(
        "effect-not-seen" if step.sightings else "mismatch",
        ("mismatch", step.on, mismatch.path, mismatch.expected, mismatch.got),
        f"{step.on} answered otherwise at {on_one_line(mismatch.path, 80)}{waited}: {what}",
        service=step.on,
        evidence=(Evidence(step.on, _tell(step)),),
        next=(_logs(case),),
    )


def _tell(step: StepOutcome) -> str:
    parts = (step.request or step.name, step.answer or step.error)
    return " → ".join(on_one_line(part, 160) for part in parts if part)


def _logs(case: Case) -> str:
    service = case.step.on if case.step else ""
    return f"dovetail logs {service}" if service else "dovetail run --failed"


RULES: tuple[Rule, ...] = (
    _nothing_proven,
    _cleanup_failed,
    _service_went_down,
    _broken_on_purpose,
    _edge_in_trouble,
    _event_not_received,
    _step_error,
    _wrong_status,
    _other_answer,
)
