"""How long `dovetail --version` and `dovetail --help` take, against a bare Python, in turn."""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from bench.table import Row, present

ROUNDS = 25
COMMAND = str(Path(sys.executable).with_name("dovetail"))
COMMANDS = {
    "bare Python": (sys.executable, "-c", "pass"),
    "--version": (COMMAND, "--version"),
    "--help": (COMMAND, "--help"),
}


def measure() -> tuple[Row, ...]:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            times[name].append(time_command(command))
    bare = median(times.pop("bare Python"))
    return tuple(
        Row(f"start: {name}", median(taken), bare, "ms", "bare Python", at_most=2.5, aim=1.5)
        for name, taken in times.items()
    )


def time_command(command: tuple[str, ...]) -> float:
    """Return the ms that a command takes from start to end."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    present(measure())
