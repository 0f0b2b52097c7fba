"""What a run says in the terminal: a head, live progress, then sections and totals. Fed event by event by the faces."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from dovetail.model.event import (
    CheckEnded,
    CheckStarted,
    Event,
    Noticed,
    RunEnded,
    RunStarted,
    ServiceChanged,
    TornDown,
)
from dovetail.model.outcome import Verdict
from dovetail.report.case import describe_failure
from dovetail.report.finding import find_causes
from dovetail.report.naming import latest_beside
from dovetail.report.record import Recorder
from dovetail.report.section import Sections
from dovetail.report.sign import LOOKS, SIGNS
from dovetail.report.summary import head, sum_up, tell_ready
from dovetail.report.terminal import Style, Terminal, hang, shorten
from dovetail.report.text import clean, on_one_line, spell_ms

UNDER_WAY = frozenset({"building", "starting"})
SECONDS_BETWEEN_PAINTS = 0.1
SECONDS_BETWEEN_LINES = 5.0
MOST_RUNNING = 6


class Console:
    """Hears every event of a run, each after the recorder heard it; the sections come once the run has ended.

    A live one repaints its last lines, at most ten times a second by the events' own clock.
    """

    def __init__(
        self, stream: TextIO, recorder: Recorder, style: Style, *, is_live: bool = False, is_verbose: bool = False
    ) -> None:
        self._terminal = Terminal(stream)
        self._style = style
        self._is_live = is_live
        self._is_verbose = is_verbose
        self._recorder = recorder
        self._starting: dict[str, float] = {}
        self._running: dict[str, CheckStarted] = {}
        self._counts = dict.fromkeys(Verdict, 0)
        self._area = 0
        self._painted_at = 0.0
        self._told_at = 0.0
        self._is_ready_told = False
        self._failures: set[str] = set()
        self._is_finished = False
        self._handlers: Mapping[type[Event], Callable[[Any], None]] = {
            RunStarted: self._hear_run,
            ServiceChanged: self._hear_service,
            CheckStarted: self._hear_start,
            CheckEnded: self._hear_end,
            Noticed: self._hear_notice,
            TornDown: self._hear_teardown,
            RunEnded: lambda _: self.finish(),
        }

    def hear(self, event: Event) -> None:
        """Take an event in; the live part is painted anew when its time has come."""
        handle = self._handlers.get(type(event))
        if handle is not None:
            handle(event)
        self.tick(event.at)

    def tick(self, at: float) -> None:
        """Let the progress move on; `at` is seconds since the epoch."""
        if self._is_finished or self._recorder.start is None:
            return
        if self._is_live:
            if at - self._painted_at >= SECONDS_BETWEEN_PAINTS:
                self._painted_at = at
                self._paint(self._progress(at))
        elif self._running and at - self._told_at >= SECONDS_BETWEEN_LINES:
            self._told_at = at
            self._terminal.say(self._status(at))

    def finish(self) -> None:
        """Write sections and totals; a run that never ended is told as cut short."""
        if self._is_finished:
            return
        self._is_finished = True
        self._paint([])
        record = self._recorder.record()
        findings = find_causes(record)
        for row in Sections(record, findings, self._style, is_verbose=self._is_verbose).rows():
            self._terminal.say(row)
        self._terminal.say("", *sum_up(record, findings, self._style))

    def tell_reports(self, paths: Iterable[Path]) -> None:
        """Name the report files by their lasting names: the first in full, of others beside it only the extension."""
        first, *rest = [str(latest_beside(path)) for path in paths] or [""]
        if not first:
            return
        stem = first.removesuffix("".join(Path(first).suffixes))
        names = [path.removeprefix(stem) if path.startswith(f"{stem}.") else path for path in rest]
        self._say(hang("reports  ", "  ".join([first, *names]), self._style.width))

    def _hear_run(self, event: RunStarted) -> None:
        self._told_at = event.at
        self._say(head(event, self._style))

    def _hear_start(self, event: CheckStarted) -> None:
        if not self._is_ready_told:
            self._is_ready_told = True
            self._say(tell_ready(self._recorder.readiness(), self._style))
        self._running[event.check] = event

    def _hear_end(self, event: CheckEnded) -> None:
        self._running.pop(event.check, None)
        self._counts[event.verdict] += 1

    def _hear_teardown(self, event: TornDown) -> None:
        if event.remains and self._is_finished:
            self._say(hang("  teardown left behind  ", ", ".join(event.remains), self._style.width))

    def _hear_service(self, event: ServiceChanged) -> None:
        """Tell at once what dies on the way; what never gets ready ends the run and is told with it."""
        if event.state in UNDER_WAY:
            self._starting.setdefault(event.service, event.at)
        else:
            self._starting.pop(event.service, None)
        if event.state != "failed":
            return
        told = describe_failure(event)
        self._failures.add(told)
        if self._is_ready_told:
            self._say([self._mark(Verdict.FAILED, told)])

    def _hear_notice(self, event: Noticed) -> None:
        first, *rest = clean(event.text).splitlines() or [""]
        if on_one_line(first) in self._failures:
            return
        look = {"error": "red", "warning": "yellow"}.get(event.level, "dim")
        rows = [*hang(f"  {event.level}  ", first, self._style.width), *(f"    {row}" for row in rest)]
        self._say([self._style.paint(row, look) for row in rows])

    def _progress(self, at: float) -> list[str]:
        return self._progress_of_checks(at) if self._is_ready_told else self._progress_of_services(at)

    def _progress_of_services(self, at: float) -> list[str]:
        under_way = [f"{name} {spell_ms((at - since) * 1000)}" for name, since in self._starting.items()]
        rows = hang("  starting   ", "  ".join(under_way), self._style.width) if under_way else []
        return [self._style.paint(row, "dim") for row in rows]

    def _progress_of_checks(self, at: float) -> list[str]:
        rows = []
        for start in list(self._running.values())[:MOST_RUNNING]:
            again = f" (attempt {start.attempt})" if start.attempt > 1 else ""
            name = f"{on_one_line(self._recorder.checks.name(start.check))}{again}"
            time = spell_ms((at - start.at) * 1000)
            rows.append(f"  ▸ {shorten(name, self._style.width - 8 - len(time))}  {time}")
        more = len(self._running) - MOST_RUNNING
        if more > 0:
            rows.append(f"    and {more} more")
        return [*(self._style.paint(row, "dim") for row in rows), self._status(at)]

    def _status(self, at: float) -> str:
        start = self._recorder.start
        done, planned = sum(self._counts.values()), len(self._recorder.checks)
        told = [f"{number} {verdict}" for verdict, number in self._counts.items() if number]
        took = spell_ms((at - start.at) * 1000) if start else ""
        return shorten(f"  {done} of {planned}   {' · '.join([*told, took])}", self._style.width - 1)

    def _mark(self, verdict: Verdict, text: str) -> str:
        return f"  {self._style.paint(SIGNS[verdict], LOOKS[verdict])} {shorten(text, self._style.width - 5)}"

    def _say(self, rows: list[str]) -> None:
        self._paint([])
        self._terminal.say(*rows)

    def _paint(self, rows: list[str]) -> None:
        """Replace the live lines at the bottom by `rows`, in one write."""
        up = f"\x1b[{self._area}A\r\x1b[J" if self._area else ""
        self._area = len(rows)
        self._terminal.put(up + "".join(f"{row}\n" for row in rows))
