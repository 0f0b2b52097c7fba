"""200 GETs with three assertions each, the whole process, against peers in turn; what one more check costs; growth.

Every tool is installed in an environment of its own, and its 200 tests are written out one by one. pytest compiles its
tests when it first meets them, so it stands here twice: as on a fresh clone, which is how a CI server meets them and
what the figure behind the floor agrees with, and once they are compiled, where the same is an aim.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import peer
from bench.answering import answering
from bench.crossing import program
from bench.peer import Peer
from bench.program import Taken, play
from bench.suite import write_dovetail, write_k6, write_newman, write_pytest, write_tavern
from bench.table import Row, present

ROUNDS = 7
COUNT = 200
MANY = 1_000
MOST = 10_000
MARGINAL_ROUNDS = 15
GROWTH_ROUNDS = 3
FLAT = 1.2
LIBRARIES = ("-c", "import argparse, asyncio, httptools, msgspec, pathlib, uvloop, yaml")
RUN = ("run", "--environment", "existing")


@dataclass(frozen=True, slots=True)
class Runner:
    """One tool: its command (run in the suite's folder), how its suite is written, and its floor against ours.

    With `forgets` nothing is left in its folder of what it compiled the last time.
    """

    name: str
    program: Peer
    arguments: tuple[str, ...]
    write: Callable[[Path, str, int], None]
    at_most: float | None = None
    aim: float | None = None
    forgets: bool = False

    def play(self, folder: Path) -> float:
        if self.forgets:
            shutil.rmtree(folder / "__pycache__", ignore_errors=True)
        return play(self.program.command + self.arguments, folder).ms


def runners() -> tuple[Runner, ...]:
    quiet = ("-q", "-p", "no:cacheprovider")
    return (
        Runner("pytest+httpx, fresh clone", peer.pytest_httpx(), quiet, write_pytest, at_most=1 / 5, forgets=True),
        Runner("pytest+httpx, compiled", peer.pytest_httpx(), quiet, write_pytest, aim=1 / 5),
        Runner("Tavern", _pytest_of(peer.tavern()), quiet, write_tavern, at_most=1 / 12),
        Runner("k6", peer.k6(), ("run", "--quiet", "--summary-mode=disabled", "orders.js"), write_k6, aim=1.0),
        Runner("newman", peer.newman(), ("run", "orders.json", "--silent"), write_newman),
    )


def measure() -> tuple[Row, ...]:
    with answering() as url, tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        (ours,) = peer.dovetail().command
        run = (ours, *RUN)
        return (*against_peers(run, at, url), *growth(run, at, url), through_edge(run, at, url))


def against_peers(run: tuple[str, ...], folder: Path, url: str) -> tuple[Row, ...]:
    """Run ours and every peer's suite in turn; the first round only warms up."""
    suite = folder / "dovetail"
    libraries = (str(Path(run[0]).with_name("python")), *LIBRARIES)
    write_dovetail(suite, url, COUNT)
    there = [runner for runner in runners() if runner.program.is_there]
    for runner in there:
        runner.write(folder / runner.name, url, COUNT)
    times: dict[str, list[float]] = {"": [], "libraries": [], **{runner.name: [] for runner in there}}
    for _ in range(ROUNDS + 1):
        times[""].append(play(run, suite).ms)
        times["libraries"].append(play(libraries).ms)
        for runner in there:
            times[runner.name].append(runner.play(folder / runner.name))
    took = median(times[""][1:])
    rows = [Row("checks: of these, loading the libraries", median(times["libraries"][1:]), unit="ms")]
    for runner in runners():
        name = f"checks: {COUNT} GETs, whole process"
        if runner.name in times:
            peers = median(times[runner.name][1:])
            rows.append(Row(name, took, peers, "ms", runner.name, at_most=runner.at_most, aim=runner.aim))
        else:
            rows.append(Row(name, took, unit="ms", peer_name=runner.name, missing=runner.program.missing))
    return tuple(rows)


def growth(run: tuple[str, ...], folder: Path, url: str) -> tuple[Row, ...]:
    """Tell what one more check costs, and whether it costs more among many; sizes in turn, for the machine is noisy."""
    sizes = (COUNT, MANY, MOST)
    for size in sizes:
        write_dovetail(folder / str(size), url, size)
    taken: dict[int, list[Taken]] = {size: [] for size in sizes}
    for number in range(MARGINAL_ROUNDS):
        for size in sizes if number < GROWTH_ROUNDS else (COUNT, MANY):
            taken[size].append(play(run, folder / str(size)))
    few, many, most = (median(one.ms for one in taken[size]) for size in sizes)
    memory = {size: median(one.memory for one in taken[size]) for size in sizes}
    marginal = (many - few) / (MANY - COUNT)
    return (
        Row("checks: one more check", marginal, unit="ms", at_most=0.15, aim=0.1),
        Row(f"checks: cost of one among {MOST:,}", most / MOST, many / MANY, "ms", f"{MANY:,}", at_most=FLAT),
        Row(f"checks: memory of {MOST:,}", memory[MOST], memory[MANY], "MB", f"{MANY:,}", at_most=FLAT),
    )


def through_edge(run: tuple[str, ...], folder: Path, url: str) -> Row:
    """Tell what one more check costs where a proxy with its HTTP tap stands between, in a process of its own."""
    with program("proxy", url.rpartition(":")[2], "http") as (port, _):
        taken: dict[int, list[float]] = {COUNT: [], MANY: []}
        for size in taken:
            write_dovetail(folder / f"edge-{size}", f"http://127.0.0.1:{port}", size)
        for _ in range(MARGINAL_ROUNDS):
            for size, times in taken.items():
                times.append(play(run, folder / f"edge-{size}").ms)
    few, many = (median(times) for times in taken.values())
    return Row("checks: one more through a tapped edge", (many - few) / (MANY - COUNT), unit="ms", at_most=0.3)


def _pytest_of(installed: Peer) -> Peer:
    """Return the pytest beside a plug-in's own program."""
    if not installed.is_there:
        return installed
    return Peer(installed.name, (str(Path(installed.command[0]).with_name("pytest")),))


if __name__ == "__main__":
    present(measure())
