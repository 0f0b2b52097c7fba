"""What a check costs besides the service's own answer, room by room; one agent, so that nothing overlaps."""

import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from io import StringIO
from pathlib import Path
from statistics import median
from typing import ParamSpec, TypeVar

from bench.answering import answering
from bench.suite import write_dovetail
from bench.table import Row, present
from dovetail.app.loop import run_async
from dovetail.app.preparation import RunRequest, prepare_run
from dovetail.app.project import Project
from dovetail.app.session import Session
from dovetail.engine import asking
from dovetail.journal.writer import Journal
from dovetail.report import writer
from dovetail.report.console import Console
from dovetail.report.record import Recorder
from dovetail.report.terminal import Style
from dovetail.tech.http.client import Client

COUNT = 1_000
ROUNDS = 5
AIM = 150
FLAGS = {"environment": "existing", "parallel": "1"}

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Ledger:
    """Adds up the seconds spent behind each door."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def add(self, name: str, began: float) -> None:
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began

    def watch(self, name: str, work: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @wraps(work)
        def watched(*given: Parameters.args, **named: Parameters.kwargs) -> Result:
            began = time.perf_counter()
            try:
                return work(*given, **named)
            finally:
                self.add(name, began)

        return watched

    def watch_async(
        self, name: str, work: Callable[Parameters, Awaitable[Result]]
    ) -> Callable[Parameters, Awaitable[Result]]:
        @wraps(work)
        async def watched(*given: Parameters.args, **named: Parameters.kwargs) -> Result:
            began = time.perf_counter()
            try:
                return await work(*given, **named)
            finally:
                self.add(name, began)

        return watched


DOORS: tuple[tuple[object, str, str], ...] = (
    (Project, "read_checks", "reading"),
    (Journal, "write", "journal"),
    (Recorder, "hear", "recording"),
    (Console, "hear", "console"),
    (asking, "judge_answer", "judging"),
    (writer, "write_record", "report"),
)
WAITS: tuple[tuple[object, str, str], ...] = ((Client, "ask", "waiting"),)


def measure() -> tuple[Row, ...]:
    with answering() as url, tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "suite"
        write_dovetail(project, url, COUNT)
        rounds = [play(project) for _ in range(ROUNDS + 1)][1:]
    costs = {name: median(taken[name] for taken in rounds) * 1e6 / COUNT for name in rounds[0]}
    own = sum(cost for name, cost in costs.items() if name != "waiting")
    rows = (Row(f"overhead: {name}", cost, unit="µs a check") for name, cost in costs.items())
    return (*rows, Row("overhead: all but waiting", own, unit="µs a check", aim=AIM))


def play(project: Path) -> dict[str, float]:
    """Prepare and play the suite as the command does; return the seconds of each room."""
    ledger = Ledger()
    before = [(place, name, getattr(place, name)) for place, name, _ in (*DOORS, *WAITS)]
    try:
        for place, name, told in DOORS:
            setattr(place, name, ledger.watch(told, getattr(place, name)))
        for place, name, told in WAITS:
            setattr(place, name, ledger.watch_async(told, getattr(place, name)))
        whole = time.perf_counter()
        preparation = prepare_run(RunRequest(project, os.environ, FLAGS))
        prepared = time.perf_counter()
        recorder = Recorder()
        console = Console(StringIO(), recorder, Style(100, has_color=False))
        result = run_async(Session(preparation, recorder, (console.hear,)).run())
        played = time.perf_counter()
    finally:
        for place, name, work in before:
            setattr(place, name, work)
    if result.exit_code != 0:
        raise RuntimeError(f"the run ended with {result.exit_code}")
    seconds = ledger.seconds
    inside = sum(seconds.values()) - seconds["reading"]
    return {
        "reading": seconds["reading"],
        "planning": prepared - whole - seconds["reading"],
        "waiting": seconds["waiting"],
        "playing a step": played - prepared - inside,
        **{name: seconds[name] for name in ("judging", "journal", "recording", "console", "report")},
    }


if __name__ == "__main__":
    present(measure())
