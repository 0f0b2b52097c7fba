"""A case of its own for a run that is not green while no check says so. Called by formats that count cases alone.

Whoever reads only cases (a CI server does) would take it for green: something was left behind, all was skipped, a check
was flaky.
"""

from itertools import chain

from msgspec.structs import replace

from dovetail.model.outcome import Verdict
from dovetail.model.shelf import Shelf
from dovetail.report.fact import CheckRecord, Record, Totals
from dovetail.report.finding import find_causes

ID = "run"
NAME = "the run as a whole"


def with_run_case(record: Record) -> Record:
    """Return the record with a check more where its exit code is not 0 and none of its checks failed or is in doubt."""
    if not record.exit_code or record.totals.failed or record.totals.inconclusive:
        return record
    verdict = Verdict.FAILED if record.verdict is Verdict.FAILED else Verdict.INCONCLUSIVE
    own = CheckRecord(ID, NAME, ID, verdict, duration_ms=record.duration_ms, why=_tell(record))
    totals, extra = record.totals, Totals(**{verdict.value: 1})
    return replace(
        record,
        checks=Shelf(chain(record.checks, (own,))).finish(),
        totals=replace(totals, **{verdict.value: 1}),
        scopes={**record.scopes, ID: extra},
    )


def _tell(record: Record) -> str:
    """Tell why the run is not green, then what the findings that belong to no check have to show."""
    causes = "; ".join(record.causes) or f"the run is {record.verdict}"
    shown = (one for finding in find_causes(record) if not finding.checks for one in finding.evidence)
    return "\n".join((causes, *(f"{one.source} | {one.text}" for one in shown)))
