"""The rule of a cause for services that were not there: exited, killed, stopped or paused. Called by `cause`."""

from collections.abc import Iterator

from dovetail.report.case import (
    Case,
    Cause,
    calls_in_trouble,
    describe_failure,
    lacks_answer,
    log_evidence,
    shows_absence,
)
from dovetail.report.fact import AttemptRecord, Attribution, find_original
from dovetail.report.instance import Instances
from dovetail.report.outage import Outage, find_outages


def blame_absence(case: Case) -> Cause | None:
    """Put what the step lacked down to the outage it met; only one that was met on the wire is more than likely."""
    attempt = case.attempt
    if attempt is None or not shows_absence(case) or (case.step is None and case.check.cleanup_failed):
        return None
    suspects = _suspects(case)
    outages = [outage for outage in _outages(case, attempt) if find_original(outage.service.name) in suspects]
    met = [outage for outage in outages if _is_met(case, outage)]
    if not outages or (case.step and case.step.is_cleanup and not met):
        return None
    outage = min(outages, key=_in_order)
    if met and not any(_explains(case, outage, one) for one in met):
        outage = min(met, key=_in_order)
    service, change = outage.service, outage.change
    return Cause(
        "service-down",
        ("service-down", service.name, str(change.at)),
        describe_failure(change),
        service=service.name,
        at=change.at,
        evidence=log_evidence(service, change),
        next=(f"dovetail logs {service.name}",),
        is_likely=not _is_met(case, outage),
    )


def _in_order(outage: Outage) -> tuple[bool, float]:
    return not outage.is_exit, outage.change.at


def _outages(case: Case, attempt: AttemptRecord) -> Iterator[Outage]:
    step = case.step
    begin = step.started_at if step else attempt.started_at
    end = step.started_at + step.duration_ms / 1000 if step else attempt.ended_at
    plain = frozenset(name for name, service in case.services.items() if not service.is_slice)
    met = Instances(case.services).met(attempt, plain)
    for service in (one for name, one in case.services.items() if name in met):
        for outage in find_outages(service):
            is_teardown = step is None and outage.change.state in {"stopping", "stopped"}
            may_be_others = not attempt.slice_name and outage.change.at < attempt.started_at
            is_other_play = service.is_slice and (outage.is_end_of_slice or may_be_others)
            if outage.covers(begin, end) and not is_other_play and not is_teardown:
                yield outage


def _suspects(case: Case) -> frozenset[str]:
    """Return the services whose absence can show in the step."""
    step = case.step
    if step is None:
        return case.touched
    if step.verb.endswith("consume"):
        return case.reach.senders(step.request or step.name) | {step.on}
    near = case.reach.services((step.on,))
    return near | case.reach.feeders(step.on) if step.sightings else near


def _is_met(case: Case, outage: Outage) -> bool:
    """Tell whether the step itself ran into the outage: it asked the service, or a call of its own found nobody."""
    name, step = find_original(outage.service.name), case.step
    if step is None:
        return False
    if step.on == name and lacks_answer(step):
        return True
    return any(
        seen.by is not Attribution.SHARED
        and case.reach.ends.get(find_original(seen.exchange.edge), ("", ""))[1] == name
        for seen in calls_in_trouble(case)
    )


def _explains(case: Case, root: Outage, met: Outage) -> bool:
    """Tell whether the service of `met` needs that of `root`."""
    needed, needing = (find_original(outage.service.name) for outage in (root, met))
    return needed in case.reach.services((needing,))
