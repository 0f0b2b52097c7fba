"""A program run to its end and what it took; called by the benches that measure whole commands."""

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

PATIENCE = 120.0

# Compiled Python is kept, as for every user; a variable that forbids it would measure the compiler.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True, slots=True)
class Taken:
    """What one process took; `memory` is its largest resident size in MB."""

    ms: float
    memory: float


def play(command: tuple[str, ...], folder: Path = Path()) -> Taken:
    """Run a whole process; one that does not end with 0 breaks the bench, for its time would mean nothing."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=output, stderr=subprocess.STDOUT)
        watch = Timer(PATIENCE, child.kill)
        watch.start()
        _, status, usage = os.wait4(child.pid, 0)
        took = time.perf_counter() - began
        watch.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            output.seek(0)
            said = output.read().decode(errors="replace").strip().splitlines()[-5:]
            raise RuntimeError(f"{Path(command[0]).name} ended with {child.returncode}: {' / '.join(said)}")
    return Taken(took * 1000, usage.ru_maxrss / 1024)
