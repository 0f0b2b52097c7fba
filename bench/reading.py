"""How fast a suite is read: YAML with positions and whole checks against ruamel.yaml, and growth to 10,000 checks."""

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from statistics import median

from bench.peer import Peer, fetch_python
from bench.table import Row, present
from dovetail.app.parts import build_registry, build_vocabulary
from dovetail.model.vocabulary import Vocabulary
from dovetail.source.document import build, read_text, shown
from dovetail.source.suite import read_suite
from dovetail.source.system import read_system

ROUNDS = 9
LINES = 2000
SYSTEM = """\
system: bench
services:
  orders: {run: serve, uses: {orders-db: DATABASE_URL}}
  orders-db: {technology: postgres}
"""
HEAD = "scope: api\non: orders\nchecks:\n"
CHECK = """\
  - name: order %d is created and stored
    tags: [critical]
    steps:
      - http: POST /orders
        json: {customerId: "{{ unique.id }}", items: [{sku: A-1, quantity: 2}]}
        expect:
          status: 201
          json: {id: <uuid>, status: pending}
        save: {order: json.id}
      - sql: select status, version from orders where id = {{ order }}
        on: orders-db
        expect: {rows: [{status: pending, version: 1}]}
        within: 5s
"""
RUAMEL = """\
import sys, time
from pathlib import Path
from ruamel.yaml import YAML
for line in sys.stdin:
    started = time.perf_counter()
    YAML().load(Path(line.strip()).read_text())
    print(time.perf_counter() - started, flush=True)
"""


def measure() -> tuple[Row, ...]:
    with tempfile.TemporaryDirectory() as folder:
        return (*against_ruamel(Path(folder)), growth(Path(folder)))


def against_ruamel(folder: Path) -> tuple[Row, ...]:
    """Read one file of 2,000 lines in turn with ours and with the peer, which keeps positions too."""
    file = lay_out(folder / "small", LINES // CHECK.count("\n"), per_file=LINES)
    system = read_system(folder / "small/dovetail.yaml", words(), {})
    peer = fetch_python("ruamel", "python", "ruamel.yaml")
    documents: list[float] = []
    suites: list[float] = []
    theirs: list[float] = []
    with reader(peer) as read_theirs:
        for _ in range(ROUNDS):
            documents.append(timed(lambda: build(read_text(file), shown(file))))
            suites.append(timed(lambda: read_suite(system, words(), {})))
            if peer.is_there:
                theirs.append(read_theirs(file))
    kept = median(theirs) * 1000 if theirs else None
    return (
        Row(
            "YAML of 2,000 lines, positions kept", median(documents) * 1000, kept, "ms", "ruamel.yaml",
            at_most=1 / 20, missing=peer.missing,
        ),
        Row(
            "the same as a suite, every word checked", median(suites) * 1000, kept, "ms", "ruamel.yaml (YAML alone)",
            at_most=1 / 15, missing=peer.missing,
        ),
    )  # fmt: skip


def growth(folder: Path) -> Row:
    """Compare the cost of a check among 10,000 with that among 1,000, of which none is packed away."""
    costs: dict[int, list[float]] = {1000: [], 10_000: []}
    systems = {}
    for count in costs:
        lay_out(folder / str(count), count, per_file=100)
        systems[count] = read_system(folder / str(count) / "dovetail.yaml", words(), {})
    for _ in range(3):
        for count, system in systems.items():
            costs[count].append(timed(partial(read_suite, system, words(), {})) / count)
    few, many = (min(costs[count]) * 1e6 for count in costs)
    return Row("a check among 10,000", many, few, "µs", "among 1,000", at_most=1.3)


@contextmanager
def reader(peer: Peer) -> Iterator[Callable[[Path], float]]:
    """Keep the peer's process and have it read a file, answering with the seconds it took."""
    if not peer.is_there:
        yield lambda _: 0.0
        return
    with subprocess.Popen(
        (*peer.command, "-c", RUAMEL), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        stdin, stdout = process.stdin, process.stdout

        def ask(file: Path) -> float:
            if stdin is None or stdout is None:
                raise RuntimeError("the peer was started without pipes")
            stdin.write(f"{file}\n")
            stdin.flush()
            return float(stdout.readline())

        yield ask
        process.communicate()


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def lay_out(folder: Path, checks: int, per_file: int) -> Path:
    """Write a system and its checks; returns the first file of checks."""
    tests = folder / "tests/integration"
    tests.mkdir(parents=True)
    (folder / "dovetail.yaml").write_text(SYSTEM)
    for first in range(0, checks, per_file):
        numbers = range(first, min(first + per_file, checks))
        (tests / f"orders-{first}.yaml").write_text(HEAD + "".join(CHECK % number for number in numbers))
    return tests / "orders-0.yaml"


@cache
def words() -> Vocabulary:
    return build_vocabulary(build_registry())


if __name__ == "__main__":
    present(measure())
