"""How long the report of a run of 10,000 checks takes to read, draw and open, and how big it is."""

import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from bench.table import Row, present
from dovetail.model.data import Place
from dovetail.model.event import (
    AttemptEnded,
    CheckEnded,
    CheckStarted,
    Event,
    ExchangeSeen,
    LogWritten,
    MappedEdge,
    MappedService,
    PlannedCheck,
    RunEnded,
    RunStarted,
    ServiceChanged,
    StepEnded,
)
from dovetail.model.exchange import Exchange
from dovetail.model.outcome import Mismatch, StepOutcome, Verdict
from dovetail.report.json_report import render_json
from dovetail.report.page.document import render_page
from dovetail.report.record import read_run

Result = TypeVar("Result")

START = 1_795_000_000.0
LARGE = 10_000
EVENTS = 20
ROUNDS = 3
AGENTS = 8
SCOPES = ("api", "database", "messaging", "services", "cache")
EDGES = (("gateway", "orders"), ("orders", "payments"), ("orders", "orders-db"), ("orders", "events"))
OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --dump-dom"
)


def tell(checks: int, events_per_check: int) -> Iterator[Event]:
    """One long run: one check in fifty fails, one in two hundred is flaky."""
    names = sorted({name for edge in EDGES for name in edge})
    services = tuple(MappedService(name, "http", "own code") for name in names)
    edges = tuple(MappedEdge(f"{a} -> {b}", a, b, "http") for a, b in EDGES)
    planned = tuple(
        PlannedCheck(
            f"orders/check-{n}",
            f"an order number {n} is created, stored and announced",
            SCOPES[n % len(SCOPES)],
            Place(f"tests/integration/orders-{n % 40}.yaml", n % 400 + 1),
            ("critical",),
        )
        for n in range(checks)
    )
    yield RunStarted(START, "r", "shop", "local", "7f3a", "0", AGENTS, {}, services, edges, planned)
    for name in names:
        yield ServiceChanged(START, name, "ready", 120.0)
    for number, check in enumerate(planned):
        yield from tell_check(check, number, events_per_check)
    yield RunEnded(START + checks * 0.01, Verdict.FAILED, 1, checks * 10.0, ("checks failed",))


def tell_check(check: PlannedCheck, number: int, events: int) -> Iterator[Event]:
    at = START + 1 + number // AGENTS * 0.08
    yield CheckStarted(at, check.id, 1, number % AGENTS)
    bad = number % 50 == 7
    for step in range(3):
        verdict = Verdict.FAILED if bad and step == 2 else Verdict.PASSED
        mismatches = (
            (Mismatch("status", "201", "503", "payments unavailable", check.place),) if verdict != "passed" else ()
        )
        begin = at + step * 0.02
        request, answer = f"POST /orders/{number}", f'201 {{"id": "o-{number}", "status": "pending", "total": 19.98}}'
        outcome = StepOutcome("create", "http", "orders", verdict, begin, 18.0, 2, mismatches, "", request, answer)
        yield StepEnded(begin + 0.018, check.id, 1, outcome)
    for one in range(events - 6):
        source, target = EDGES[one % len(EDGES)]
        begin = at + 0.004 * one
        if one % 4 == 3:
            yield LogWritten(begin, target, f"INFO handled order o-{number} in {one} ms, request {number * 31 + one}")
        else:
            request = f"POST /orders/{number} HTTP/1.1"
            seen = Exchange(f"{source} -> {target}", "http", request, "1 row", "answered", begin, 1.5)
            yield ExchangeSeen(begin, seen)
    verdict = Verdict.FAILED if bad else Verdict.FLAKY if number % 200 == 11 else Verdict.PASSED
    yield AttemptEnded(at + 0.07, check.id, 1, verdict, 70.0)
    yield CheckEnded(at + 0.07, check.id, verdict, 70.0, 1)


def measure() -> tuple[Row, ...]:
    small = time_reading(LARGE // 10)
    large = time_reading(LARGE)
    record = read_run(tell(LARGE, EVENTS))
    drawn, page = timed(lambda: b"".join(render_page(record)))
    written, document = timed(lambda: b"".join(render_json(record)))
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    missing = "" if chromium else "no Chromium on this machine"
    opened = open_page(chromium, page) if chromium else None
    return (
        Row("10,000 checks, 200,000 events read for a report", large, unit="s", at_most=5),
        Row("a check's share of that at 10,000", large / LARGE * 1e6, small / LARGE * 1e7, "µs", "at 1,000", at_most=2),
        Row("HTML of 10,000 checks drawn", drawn, unit="s", at_most=5),
        Row("its size", len(page) / 1e6, unit="MB", at_most=15),
        Row("it opens in", opened, unit="ms", at_most=2000, missing=missing),
        Row("JSON of 10,000 checks written", written, unit="s", at_most=5),
        Row("its size", len(document) / 1e6, unit="MB"),
    )


def time_reading(checks: int) -> float:
    events = list(tell(checks, EVENTS))
    return timed(lambda: read_run(events))[0]


def timed(act: Callable[[], Result]) -> tuple[float, Result]:
    begin = time.perf_counter()
    result = act()
    return time.perf_counter() - begin, result


def open_page(chromium: str, page: bytes) -> float:
    """Return the median milliseconds from navigation until the page is drawn and listens, told by the page itself."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_bytes(page)
        return statistics.median(open_once(chromium, file) for _ in range(ROUNDS))


def open_once(chromium: str, file: Path) -> float:
    with tempfile.TemporaryDirectory() as profile:
        command = [chromium, *OPTIONS.split(), f"--user-data-dir={profile}", file.as_uri()]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    found = re.search(r'data-opened="(\d+)"', shown)
    if found is None:
        raise RuntimeError("the page did not open")
    return float(found[1])


if __name__ == "__main__":
    present(measure())
