"""Why one check did not pass: rules from the surest evidence to the weakest. Called by `finding`, which groups them."""

import re
from collections.abc import Callable

from dovetail.model.outcome import Verdict
from dovetail.report.absence import blame_absence
from dovetail.report.case import (
    Case,
    Cause,
    Evidence,
    calls_in_trouble,
    is_server_error,
    is_written_wrong,
    lacks_answer,
    lies_on,
    name_logs,
    tell,
)
from dovetail.report.fact import SeenExchange, find_original
from dovetail.report.record import INTERRUPTED
from dovetail.report.symptom import name_status, name_symptom
from dovetail.report.text import clean, on_one_line, spell_count, spell_ms

KEPT_SIGHTINGS = 6
STARTS_WITH_A_PLACE = r"\S+:\d+"


Rule = Callable[[Case], Cause | None]


def find_cause(case: Case) -> Cause:
    for rule in RULES:
        cause = rule(case)
        if cause is not None:
            return cause
    why = on_one_line(case.check.why, 300) or "no step tells why"
    return Cause("other", ("other", why), why, next=(name_logs(case),))


def _written_wrong(case: Case) -> Cause | None:
    error = case.step.error if case.step else case.attempt.why if case.attempt else ""
    if not is_written_wrong(error):
        return None
    lines = tuple(Evidence("", line) for line in clean(error).splitlines() if line.strip())
    beginning = on_one_line(lines[0].text)
    place = (
        beginning
        if re.match(STARTS_WITH_A_PLACE, beginning)
        else str(case.step.place if case.step else case.check.place)
    )
    title = f"the check is written wrong: {beginning}"
    return Cause("suite", ("suite", error), title, evidence=lines, next=(f"correct {place}",))


def _interrupted(case: Case) -> Cause | None:
    told = case.step.error if case.step else case.check.why
    if not told.startswith(INTERRUPTED):
        return None
    return Cause("interrupted", ("interrupted", told), on_one_line(told, 160), next=("dovetail run --failed",))


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
    where = (Evidence(step.on, tell(step)),) if step else ()
    return Cause(
        "cleanup-failed",
        ("cleanup-failed", step.on if step else "", told),
        f"the check did its work, but its cleanup failed{': ' + on_one_line(told, 160) if told else ''}",
        service=step.on if step else "",
        evidence=where,
        next=(name_logs(case), "dovetail down && dovetail up"),
    )


def _broken_on_purpose(case: Case) -> Cause | None:
    step, faults = case.step, [fault for fault in case.check.faults if lies_on(fault, case.step)]
    if step is None or not faults:
        return None
    fault = faults[0]
    return Cause(
        "not-resilient",
        ("not-resilient", fault.edge, fault.kind, step.on),
        f"{step.on} did not behave as expected while {fault.edge} was broken on purpose ({fault.words})",
        service=step.on,
        edge=fault.edge,
        evidence=(Evidence(step.on, tell(step)),),
        next=(f"dovetail logs {step.on}",),
    )


def _edge_in_trouble(case: Case) -> Cause | None:
    step = case.step
    if step is None or not (lacks_answer(step) or is_server_error(case)):
        return None
    bad = calls_in_trouble(case)
    if not bad:
        return None
    seen = max(bad, key=lambda one: one.exchange.started_at)
    return _blame_edge(case, seen)


def _blame_edge(case: Case, seen: SeenExchange) -> Cause:
    exchange = seen.exchange
    source, target = case.reach.ends.get(find_original(exchange.edge), ("", exchange.edge.rpartition("->")[2].strip()))
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


def _event_not_received(case: Case) -> Cause | None:
    step = case.step
    if step is None or not step.verb.endswith("consume"):
        return None
    asked = on_one_line(step.request or step.name or step.on, 120)
    seen = [one for one in step.sightings if one.saw != step.error and name_symptom(one.saw).kind != "timeout"]
    came = f"{spell_count(len(seen), 'message')} came, none as expected" if seen else "nothing came"
    lines = tuple(Evidence(f"{one.at:.1f} s", on_one_line(one.saw, 200)) for one in seen[-KEPT_SIGHTINGS:])
    sources = sorted(source for source, target in case.reach.ends.values() if target == step.on)
    return Cause(
        "event-not-received",
        ("event", step.on, asked, str(bool(seen))),
        f"{asked}: {came} within {spell_ms(step.duration_ms)}",
        service=step.on,
        evidence=lines,
        next=tuple(f"dovetail logs {source}" for source in sources[:3]) or (name_logs(case),),
    )


def _step_error(case: Case) -> Cause | None:
    step = case.step
    if step is None or not lacks_answer(step):
        return None
    symptom = name_symptom(step.error)
    words = symptom.words if symptom.kind != "error" else on_one_line(step.error, 160)
    return Cause(
        symptom.kind,
        ("error", symptom.kind, step.on, step.error if symptom.kind == "error" else ""),
        f"{step.on}: {words}" if step.on else words,
        service=step.on,
        evidence=(Evidence(step.on or step.verb, tell(step)),),
        next=(symptom.now.format(service=step.on), name_logs(case)),
    )


def _wrong_status(case: Case) -> Cause | None:
    step, (expected, got) = case.step, case.status
    if step is None or not got:
        return None
    symptom = name_status(got)
    return Cause(
        symptom.kind,
        ("status", step.on, expected, got, "" if is_server_error(case) else step.request),
        f"{step.on} {symptom.words.format(got=got, expected=expected)}",
        service=step.on,
        evidence=(Evidence(step.on, tell(step)),),
        next=(symptom.now.format(service=step.on), name_logs(case)),
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
        evidence=(Evidence(step.on, tell(step)),),
        next=(name_logs(case),),
    )


RULES: tuple[Rule, ...] = (
    _written_wrong,
    _interrupted,
    _nothing_proven,
    blame_absence,
    _cleanup_failed,
    _broken_on_purpose,
    _edge_in_trouble,
    _event_not_received,
    _step_error,
    _wrong_status,
    _other_answer,
)
