"""How long `dovetail --version` and `dovetail --help` take, against a bare Python, in turn."""

import sys
from pathlib import Path
from statistics import median

from bench.program import play
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
            times[name].append(play(command).ms)
    bare = median(times.pop("bare Python"))
    return tuple(
        Row(f"start: {name}", median(taken), bare, "ms", "bare Python", at_most=2.5, aim=1.5)
        for name, taken in times.items()
    )


if __name__ == "__main__":
    present(measure())
