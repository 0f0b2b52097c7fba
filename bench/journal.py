"""How many events a second the journal takes, with real steps and exchanges; and that a killed process loses none."""

import mmap
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.table import Row, present
from dovetail.journal.reader import read_journal
from dovetail.journal.writer import Journal
from dovetail.model.data import Place
from dovetail.model.event import Event, ExchangeSeen, StepEnded
from dovetail.model.exchange import Exchange
from dovetail.model.outcome import Mismatch, StepOutcome, Verdict

ROUNDS = 5
EVENTS = 40_000
KILLS = 5
PATIENCE = 60.0
SECRETS = ("correct-horse-battery-staple", "s3cr3t/with+signs", "another long secret")
BODY = '{"id": "7f2c1d34-0b0f-4b8a-9d3c-2f1a9c3d4e5f", "status": "pending", "total": 19.98, "items": [{"sku": "A-1"}]}'

EXCHANGE = ExchangeSeen(
    1_795_000_000.123,
    Exchange(
        "orders -> payments",
        "http",
        f"POST /payments {BODY}",
        f"201 Created {BODY}",
        "answered",
        1_795_000_000.12,
        3.4,
        5,
        312,
        340,
        "4bf92f3577b34da6a3ce929d0e0e4736",
        {"status": "201", "content-type": "application/json"},
    ),
)
STEP = StepEnded(
    1_795_000_000.2,
    "orders/an-order-is-created-stored-and-announced",
    1,
    StepOutcome(
        "POST /orders",
        "http.request",
        "orders",
        Verdict.FAILED,
        1_795_000_000.0,
        12.5,
        4,
        (Mismatch("status", "201", "503", "", Place("tests/integration/orders.yaml", 12, 20)),),
        "",
        "POST /orders",
        f"503 {BODY}",
        (),
        is_cleanup=False,
        place=Place("tests/integration/orders.yaml", 9, 9),
    ),
)

CHILD = """
import mmap, struct, sys
from pathlib import Path
from bench.journal import EXCHANGE, STEP
from dovetail.journal.writer import Journal
journal = Journal(Path(sys.argv[1]))
with open(sys.argv[2], "r+b") as file:
    shared = mmap.mmap(file.fileno(), 8)
number = 0
while True:
    journal.write(STEP if number % 2 else EXCHANGE)
    number += 1
    shared[:] = struct.pack("q", number)
"""


def measure() -> tuple[Row, ...]:
    with tempfile.TemporaryDirectory() as folder:
        rate = median(write_events(Path(folder) / f"{number}.jsonl") for number in range(ROUNDS))
        losses = [lose_events(Path(folder) / f"killed-{number}", 1_000 * (number + 1)) for number in range(KILLS)]
    return (
        Row("journal: events written", rate, unit="/s", at_least=20_000),
        Row(f"journal: events lost in {KILLS} kills", float(sum(losses)), at_most=0),
    )


def write_events(path: Path) -> float:
    """Return events a second, a step and an exchange in turn, with three secrets to look for."""
    journal = Journal(path, SECRETS)
    events: tuple[Event, ...] = (STEP, EXCHANGE)
    began = time.perf_counter()
    for number in range(EVENTS):
        journal.write(events[number % 2])
    took = time.perf_counter() - began
    journal.close()
    return EVENTS / took


def lose_events(path: Path, after: int) -> int:
    """Kill a writing process once `after` events are acknowledged; return how many of those are not in the file."""
    counter = path.with_suffix(".count")
    counter.write_bytes(bytes(8))
    root = str(Path(__file__).parent.parent)
    with (
        subprocess.Popen([sys.executable, "-c", CHILD, str(path), str(counter)], cwd=root) as child,
        counter.open("r+b") as file,
        mmap.mmap(file.fileno(), 8) as shared,
    ):
        deadline = time.monotonic() + PATIENCE
        while struct.unpack("q", shared[:])[0] < after and time.monotonic() < deadline:
            os.sched_yield()
        child.send_signal(signal.SIGKILL)
        child.wait(PATIENCE)
        acknowledged: int = struct.unpack("q", shared[:])[0]
    kept = sum(1 for _ in read_journal(path))
    if acknowledged < after:
        raise RuntimeError(f"the writing process acknowledged {acknowledged} events in {PATIENCE:g} s")
    return max(0, acknowledged - kept)


if __name__ == "__main__":
    present(measure())
