"""Findings: many failures with one cause are told once, with evidence and the next command. Called by every format."""

from collections.abc import Callable, Iterator
from importlib import import_module

from msgspec import Struct, field
from msgspec.structs import replace

from dovetail.model.event import ServiceChanged
from dovetail.model.outcome import Verdict
from dovetail.report.case import Case, Cause, Evidence, describe_failure, log_evidence
from dovetail.report.fact import CheckRecord, Record, ServiceRecord
from dovetail.report.reach import Reach
from dovetail.report.record import CUT_SHORT
from dovetail.report.text import spell_count, spell_ms

CAUSE = "dovetail.report.cause"
_RANK = {Verdict.FAILED: 0, Verdict.INCONCLUSIVE: 1, Verdict.FLAKY: 2, Verdict.PASSED: 3, Verdict.SKIPPED: 4}


class Finding(Struct, frozen=True):
    """One cause and the ids of the checks it explains (none where it belongs to the run itself).

    Those in `likely` are put down to it by reach and time alone.
    """

    kind: str
    title: str
    verdict: Verdict
    checks: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()
    service: str = ""
    edge: str = ""
    when: str = ""
    evidence: tuple[Evidence, ...] = ()
    next: tuple[str, ...] = ()

    @property
    def share(self) -> str:
        """How many checks share it, and of how many that is only likely."""
        many, likely = spell_count(len(self.checks), "check"), len(self.likely)
        if likely and likely == len(self.checks):
            return f"{many} likely share this cause"
        return f"{many} share this cause{f', {likely} of them likely' if likely else ''}"


class _Explained(Struct, frozen=True):
    """What a finding says of one check; `failed_at` is when the step began that tells why, 0 where none does."""

    id: str
    verdict: Verdict
    is_likely: bool
    failed_at: float


class _Group(Struct):
    """The checks with one cause, as the first of them tells it."""

    cause: Cause
    members: list[_Explained] = field(default_factory=list)


def find_causes(record: Record) -> tuple[Finding, ...]:
    """Group what did not pass by cause: those that failed something first, then by how much they explain."""
    never_ready = _never_ready(record)
    waited = tuple(c.id for c in record.checks if not c.attempts and not c.is_fine) if never_ready else ()
    groups = [] if record.totals.are_fine else _group(record, frozenset(waited))
    found = [_finding(group) for group in groups]
    found.sort(key=lambda finding: (_RANK[finding.verdict], -len(finding.checks)))
    told = {finding.service for finding in found if finding.kind == "service-down"}
    return (*_of_the_run(record, told, waited), *found)


def _group(record: Record, told: frozenset[str]) -> list[_Group]:
    """Put together what has the same cause, but for the checks already `told`; only here causes are looked for.

    No record of a check is kept: of many that failed each would hold its exchanges and log lines.
    """
    find_cause: Callable[[Case], Cause] = import_module(CAUSE).find_cause
    services = {service.name: service for service in record.services}
    reach = Reach(record.edges)
    groups: dict[tuple[str, ...], _Group] = {}
    for check in record.checks:
        if check.is_fine or _is_cut_off(check) or check.id in told:
            continue
        attempt = check.telling_attempt
        step = attempt.blamed_step if attempt else None
        if step and not step.on and step.request in services:
            step = replace(step, on=step.request)
        cause = find_cause(Case(check, attempt, step, services, reach))
        failed_at = step.started_at if step else 0.0
        explained = _Explained(check.id, check.verdict, cause.is_likely, failed_at)
        groups.setdefault(cause.key, _Group(cause)).members.append(explained)
    return list(groups.values())


def _never_ready(record: Record) -> tuple[tuple[ServiceRecord, ServiceChanged], ...]:
    """Return the services that failed before they were ready, the first to fail first."""
    found = [(service, change) for service, change in _failed(record) if not service.ready_ms]
    return tuple(sorted(found, key=lambda one: one[1].at))


def _failed(record: Record) -> Iterator[tuple[ServiceRecord, ServiceChanged]]:
    for service in record.services:
        change = next((one for one in reversed(service.changes) if one.state == "failed"), None)
        if change and service.state == "failed":
            yield service, change


def _finding(group: _Group) -> Finding:
    cause, members = group.cause, group.members
    return Finding(
        kind=cause.kind,
        title=cause.title,
        verdict=min((one.verdict for one in members), key=_RANK.__getitem__),
        checks=tuple(one.id for one in members),
        likely=tuple(one.id for one in members if one.is_likely),
        service=cause.service,
        edge=cause.edge,
        when=_when(group),
        evidence=cause.evidence,
        next=tuple(dict.fromkeys((*cause.next, "dovetail run --failed"))),
    )


def _when(group: _Group) -> str:
    """Tell how long before the first step it explains the cause happened."""
    cause = group.cause
    if not cause.at or cause.kind != "service-down":
        return ""
    first = min((one.failed_at for one in group.members if one.failed_at), default=0.0)
    if first > cause.at:
        return f"{spell_ms((first - cause.at) * 1000)} earlier"
    return "while the check ran" if len(group.members) == 1 else "while they ran"


def _is_cut_off(check: CheckRecord) -> bool:
    return CUT_SHORT in check.why


def _of_the_run(record: Record, told: set[str], waited: tuple[str, ...]) -> list[Finding]:
    found = []
    if not record.is_complete:
        cut = tuple(check.id for check in record.checks if _is_cut_off(check))
        title = f"{CUT_SHORT}: the journal ends before the run did"
        again = ("dovetail clean", "dovetail run")
        found.append(Finding("cut-short", title, Verdict.INCONCLUSIVE, cut, next=again))
    for service, change in _never_ready(record):
        again = (f"dovetail logs {service.name}", "dovetail doctor")
        lines, title, doubt = log_evidence(service, change), describe_failure(change), Verdict.INCONCLUSIVE
        found.append(Finding("service-failed", title, doubt, waited, (), service.name, evidence=lines, next=again))
        waited = ()
    for service, change in _failed(record):
        if service.ready_ms and service.name not in told:
            lines, title, now = log_evidence(service, change), describe_failure(change), f"dovetail logs {service.name}"
            harmless = Finding(
                "service-failed", title, Verdict.FAILED, (), (), service.name, evidence=lines, next=(now,)
            )
            found.append(harmless)
    if record.remains:
        title = f"teardown left {spell_count(len(record.remains), 'thing')} behind"
        left = tuple(Evidence("left", thing) for thing in record.remains)
        found.append(Finding("not-torn-down", title, Verdict.FAILED, evidence=left, next=("dovetail clean",)))
    return found
