"""Four at once against one after the other, on one environment: with answers that take a while, and with quick ones."""

import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.answering import answering
from bench.program import play
from bench.suite import SYSTEM, write_dovetail
from bench.table import Row, present

ROUNDS = 5
COUNT = 100
WAIT = 0.02
DOVETAIL = (str(Path(sys.executable).with_name("dovetail")), "run", "--environment", "existing", "--parallel")
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n")
TESTS = """\
import pytest

@pytest.mark.parametrize("number", range(COUNT))
def test_order_is_pending(bench, number):
    bench.http("orders").get(f"/orders/{number}").expect(status=200, json={"status": "pending"})
"""


def measure() -> tuple[Row, ...]:
    with answering() as quick, answering(WAIT) as slow, tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        write_dovetail(at / "quick", quick, COUNT)
        write_dovetail(at / "slow", slow, COUNT)
        write_tests(at / "pytest", slow)
        told = f"parallel: {COUNT} checks"
        return (
            compare(f"{told} of {WAIT * 1000:g} ms", DOVETAIL, at / "slow", "1", at_most=0.6),
            compare(f"{told} answered at once", DOVETAIL, at / "quick", "1", at_most=1.05),
            compare(f"{told} of {WAIT * 1000:g} ms in pytest", PYTEST, at / "pytest", "0"),
        )


def compare(name: str, command: tuple[str, ...], folder: Path, one: str, at_most: float | None = None) -> Row:
    """Run with four and with one in turn; the first round only warms up."""
    times: dict[str, list[float]] = {"4": [], one: []}
    for _ in range(ROUNDS + 1):
        for number, taken in times.items():
            taken.append(play((*command, number), folder).ms)
    four, alone = (median(taken[1:]) for taken in times.values())
    return Row(name, four, alone, "ms", f"{command[-1]} {one}", at_most=at_most)


def write_tests(folder: Path, url: str) -> None:
    tests = folder / "tests" / "integration"
    tests.mkdir(parents=True)
    system = f"{SYSTEM.replace('URL', url)}defaults: {{environment: existing}}\n"
    (folder / "dovetail.yaml").write_text(system)
    (folder / "pytest.ini").write_text("[pytest]\n")
    (tests / "test_orders.py").write_text(TESTS.replace("COUNT", str(COUNT)))


if __name__ == "__main__":
    present(measure())
