"""The data inside the HTML page: a Record as compact rows with one table of strings. Called by `document`.

`decode.js` turns the rows back into objects; an entry's position in a row is known only here and there.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from dovetail.model.data import Place
from dovetail.model.outcome import StepOutcome, Verdict
from dovetail.model.shelf import Shelf
from dovetail.report.case import describe_failure
from dovetail.report.fact import (
    AttemptRecord,
    CheckRecord,
    FaultRecord,
    Record,
    SeenExchange,
    ServiceRecord,
    told_mismatches,
)
from dovetail.report.finding import Finding, find_causes
from dovetail.report.outage import ENDLESS, Outage, find_outages
from dovetail.report.text import clean

MOST_FINDINGS = 100
MOST_KNOWN = 1_024
STRINGS_NEAR = 2_400
AT_ONCE = 100
VERDICTS = tuple(Verdict)

Row = list[object]


class Detail(Struct, frozen=True):
    """How much of a check is kept: characters of a text, exchanges, log lines, whether steps and their answers."""

    text: int
    exchanges: int
    lines: int
    has_steps: bool = True
    has_answers: bool = True


class Level(Struct, frozen=True):
    """One way to fit a run into a page; `left_out` tells the reader what is missing."""

    fine: Detail
    bad: Detail
    left_out: str = ""


FULL = Detail(text=6000, exchanges=200, lines=80)
LEVELS = (
    Level(Detail(text=600, exchanges=30, lines=0), FULL),
    Level(Detail(text=300, exchanges=0, lines=0), FULL, "exchanges of passed checks"),
    Level(
        Detail(text=120, exchanges=0, lines=0, has_answers=False),
        Detail(text=2000, exchanges=40, lines=40),
        "exchanges and answers of passed checks",
    ),
    Level(
        Detail(text=0, exchanges=0, lines=0, has_steps=False),
        Detail(text=600, exchanges=10, lines=10),
        "steps of passed checks, most exchanges and log lines",
    ),
    Level(
        Detail(text=0, exchanges=0, lines=0, has_steps=False),
        Detail(text=160, exchanges=0, lines=0),
        "steps of passed checks, all exchanges and log lines",
    ),
)


def view_run(record: Record, level: Level) -> Iterator[bytes]:
    """Yield what is inlined as JSON, piece by piece; times are milliseconds from the run's begin."""
    view = _View(record, level)
    gap = b""
    yield b'{"checks":['
    for row in view.rows():
        yield gap + row
        gap = b","
    yield b'],"strings":['
    gap = b""
    for first in range(0, len(view.strings), AT_ONCE):
        yield gap + msgspec.json.encode(view.strings[first : first + AT_ONCE])[1:-1]
        gap = b","
    yield b"]," + msgspec.json.encode(view.rest())[1:]


class _Strings:
    """The table of strings. A text is known by its number as long as it is said again and again; else it gets another.

    So each stands once in the table of most runs, and of a large one few are in memory.
    """

    def __init__(self) -> None:
        self.table = Shelf[str](room=STRINGS_NEAR)
        self._young: dict[str, int] = {}
        self._old: dict[str, int] = {}

    def find(self, text: str) -> int | None:
        number = self._young.get(text)
        if number is None:
            number = self._old.get(text)
            if number is not None:
                self._learn(text, number)
        return number

    def number(self, text: str) -> int:
        number = self.find(text)
        if number is None:
            number = len(self.table)
            self.table.append(text)
            self._learn(text, number)
        return number

    def _learn(self, text: str, number: int) -> None:
        if len(self._young) == MOST_KNOWN:
            self._old, self._young = self._young, {}
        self._young[text] = number


class _View:
    def __init__(self, record: Record, level: Level) -> None:
        self._record = record
        self._level = level
        self._strings = _Strings()
        self._lines: dict[str, int] = {}
        self._scopes = {scope: number for number, scope in enumerate(record.scopes)}
        self._findings = find_causes(record)
        self._index = dict.fromkeys((fault.check for fault in record.faults), -1)
        self._played_until = 0.0

    @property
    def strings(self) -> Sequence[str]:
        return self._strings.table

    def rows(self) -> Iterator[bytes]:
        """Yield the rows of the checks; only after the last of them is the rest known."""
        findings = reversed(list(enumerate(self._findings)))
        finding_of = {check: number for number, finding in findings for check in finding.checks}
        for number, check in enumerate(self._record.checks):
            if check.id in finding_of or check.id in self._index:
                self._index[check.id] = number
            self._played_until = max(self._played_until, *(attempt.ended_at for attempt in check.attempts), 0.0)
            yield msgspec.json.encode(self._check(check, finding_of.get(check.id, -1)))

    def rest(self) -> dict[str, object]:
        record, findings = self._record, self._findings
        return {
            "run": {
                "system": record.system,
                "environment": record.environment,
                "verdict": record.verdict.value,
                "exit": record.exit_code,
                "causes": record.causes,
                "complete": record.is_complete,
                "id": record.run,
                "seed": record.seed,
                "version": record.version,
                "agents": record.agents,
                "options": dict(record.options),
                "started": round(record.started_at * 1000),
                "ms": round(record.duration_ms, 3),
                "ready": round(record.ready_ms, 1),
                "teardown": round(record.teardown_ms, 1),
                "remains": record.remains,
            },
            "leftOut": self._level.left_out,
            "verdicts": [verdict.value for verdict in VERDICTS],
            "totals": [record.totals.of(verdict) for verdict in VERDICTS],
            "scopes": [[name, *(totals.of(one) for one in VERDICTS)] for name, totals in record.scopes.items()],
            "services": [self._service(one) for one in record.services if not one.is_slice or self._outages(one)],
            "findings": [self._finding(finding) for finding in findings[:MOST_FINDINGS]],
            "moreFindings": max(0, len(findings) - MOST_FINDINGS),
            "faults": [self._fault(fault) for fault in record.faults],
            "notices": [[self._since(notice.at), notice.level, clean(notice.text)] for notice in record.notices],
        }

    def _text(self, text: str, most: int = 6000) -> int:
        """Return the number of `text` in the table of strings."""
        known = self._strings.find(text) if len(text) <= most else None
        if known is not None:
            return known
        short = clean(text)
        if len(short) > most:
            short = f"{short[:most]}…"
        return self._strings.number(short)

    def _line(self, line: str, most: int) -> int:
        """Return the number of a log line, which checks far from each other show: only so many as a run keeps."""
        number = self._lines.get(line)
        if number is None:
            number = self._lines[line] = self._text(line, most)
        return number

    def _since(self, at: float) -> float:
        return round((at - self._record.started_at) * 1000, 1)

    def _place(self, place: Place) -> Row | int:
        return [self._text(place.file), place.line] if place.file else 0

    def _check(self, check: CheckRecord, finding: int) -> Row:
        detail = self._level.fine if check.is_fine else self._level.bad
        exchanges = check.exchanges[: detail.exchanges]
        lines = check.log[-detail.lines :] if detail.lines else ()
        row: Row = [
            clean(check.id),
            clean(check.name),
            self._scopes[check.scope],
            VERDICTS.index(check.verdict),
            round(check.duration_ms, 3),
            finding,
            self._place(check.place),
            self._text(check.why),
            self._text(" ".join(check.tags)),
            self._text(check.cleanup_failed),
            [self._attempt(attempt, detail) for attempt in check.attempts],
            [self._exchange(seen, detail) for seen in exchanges],
            len(check.exchanges) - len(exchanges) + check.exchanges_left_out,
            [[self._since(one.at), self._text(one.service), self._line(one.line, detail.text)] for one in lines],
        ]
        return row

    def _attempt(self, attempt: AttemptRecord, detail: Detail) -> Row:
        return [
            attempt.number,
            attempt.agent,
            self._since(attempt.started_at),
            round(attempt.duration_ms, 1),
            VERDICTS.index(attempt.verdict),
            self._text(attempt.why),
            self._text(" ".join(filter(None, (attempt.isolation, attempt.slice_name)))),
            [self._step(step, detail) for step in attempt.steps] if detail.has_steps else [],
        ]

    def _step(self, step: StepOutcome, detail: Detail) -> Row:
        most = detail.text
        row: Row = [
            self._text(step.verb),
            self._text(step.on),
            VERDICTS.index(step.verdict),
            round(step.duration_ms, 3),
            self._text(step.request or step.name, most),
            self._text(step.answer if detail.has_answers else "", most),
            step.expectations,
            int(step.is_cleanup),
        ]
        if step.error or step.mismatches or step.sightings:
            row += [
                self._text(step.error, most),
                self._place(step.place),
                [
                    [
                        self._text(one.path),
                        self._text(one.expected, most),
                        self._text(one.got, most),
                        self._text(one.why, most),
                        self._place(one.place),
                    ]
                    for one in told_mismatches(step)
                ],
                [[round(one.at * 1000), self._text(one.saw, most)] for one in step.sightings],
            ]
        return row

    def _exchange(self, seen: SeenExchange, detail: Detail) -> Row:
        one = seen.exchange
        return [
            self._text(one.edge),
            self._text(one.request, detail.text),
            self._text(one.answer, detail.text),
            self._text(one.ended),
            self._since(one.started_at),
            round(one.duration_ms, 3),
            seen.by.value[0],
        ]

    def _service(self, service: ServiceRecord) -> dict[str, object]:
        return {
            "name": clean(service.name),
            "technology": service.technology,
            "owner": clean(service.owner),
            "state": service.state,
            "ready": round(service.ready_ms, 1),
            "address": service.address,
            "outages": [self._outage(one) for one in self._outages(service)],
        }

    def _outages(self, service: ServiceRecord) -> list[Outage]:
        """Return the absences that say something: of a slice, not that it was taken down when it had served."""
        found = [one for one in find_outages(service) if not one.is_end_of_slice]
        return [one for one in found if one.is_exit or not self._is_leaving(one)]

    def _is_leaving(self, outage: Outage) -> bool:
        """Tell whether the service was only stopped because all was over."""
        return outage.until == ENDLESS and outage.change.at >= self._played_until

    def _outage(self, outage: Outage) -> Row:
        """Return when it began and ended (-1: never), whether the service ended by itself, and what is said of it."""
        until = -1 if outage.until == ENDLESS else self._since(outage.until)
        return [self._since(outage.change.at), until, outage.is_exit, clean(describe_failure(outage.change))]

    def _finding(self, finding: Finding) -> Mapping[str, object]:
        return {
            "kind": finding.kind,
            "title": clean(finding.title),
            "verdict": finding.verdict.value,
            "checks": [self._index[check] for check in finding.checks],
            "likely": [self._index[check] for check in finding.likely],
            "service": finding.service,
            "when": finding.when,
            "evidence": [[clean(one.source), clean(one.text)] for one in finding.evidence],
            "next": finding.next,
        }

    def _fault(self, fault: FaultRecord) -> Row:
        until = self._since(fault.lifted_at) if fault.lifted_at else round(self._record.duration_ms, 1)
        return [
            clean(fault.edge),
            clean(fault.words),
            self._index.get(fault.check, -1),
            self._since(fault.injected_at),
            until,
        ]
