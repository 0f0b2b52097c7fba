"""The stage process: reads its brief, builds the registry, hosts the stage. Started by the environment's reaper."""

import os
import sys
from random import Random

from dovetail.app.loop import run_async
from dovetail.app.parts import build_registry
from dovetail.environment.hosting import Lifelines, host_stage
from dovetail.environment.order import Brief, decode

COMMAND = (sys.executable, "-m", "dovetail.app.stage_process")


def read_line(pipe: int) -> bytes:
    """Read one line without taking anything behind it."""
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(pipe, 65536)
        if not piece:
            break
        line += piece
    return line


def main(arguments: list[str]) -> None:
    reaper, ending = (int(number) for number in arguments[-2:])
    brief = decode(Brief, read_line(0))
    chance = Random(brief.order.seed or brief.stage)  # noqa: S311 - what faults leave to chance is repeatable, not secret
    run_async(host_stage(brief, build_registry(), chance, Lifelines(0, reaper, ending)))


if __name__ == "__main__":
    main(sys.argv[1:])
