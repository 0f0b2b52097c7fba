"""Small projects of our own HTTP services, and the command as a user types it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SERVICE = Path(__file__).with_name("service.py")
STUBBORN = Path(__file__).with_name("stubborn.py")
COMMAND = (sys.executable, "-c", "from dovetail.cli.main import enter; enter()")
DEADLINE = 90.0

SYSTEM = f"""\
system: tiny
services:
  app:
    run: {sys.executable} {SERVICE} {{{{ port }}}}
    ready: GET /health
"""


@dataclass(frozen=True)
class Said:
    """What a command left: exit code, both outputs."""

    code: int
    out: str
    err: str


@dataclass
class Project:
    """A folder with a dovetail.yaml, in which commands are typed."""

    folder: Path
    running: list[subprocess.Popen[Any]]
    variables: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = COMMAND

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def serve_stubbornly(self, mood: str) -> None:
        """Have the one service ignore SIGTERM and keep a daemon."""
        self.write(
            "dovetail.yaml", SYSTEM.replace(str(SERVICE), str(STUBBORN)).replace("{{ port }}", f"{{{{ port }}}} {mood}")
        )

    def checks(self, text: str, name: str = "a.yaml") -> Path:
        return self.write(f"tests/integration/{name}", f"scope: api\non: app\nchecks:\n{text}")

    def start(self, *words: str, **variables: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            (*self.command, *words),
            cwd=self.folder,
            env=self.environ(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def type(self, *words: str, **variables: str) -> Said:
        process = self.start(*words, **variables)
        out, err = process.communicate(timeout=DEADLINE)
        return Said(process.returncode, out, err)

    def environ(self, variables: dict[str, str]) -> dict[str, str]:
        own = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DOVETAIL_", "GITHUB_", "PYTEST_"))
        }
        return own | {"COLUMNS": "100"} | self.variables | variables

    def wait_for(self, process: "subprocess.Popen[str]", holds: Callable[[], bool]) -> None:
        """Wait for a state, not for a time."""
        deadline = time.monotonic() + DEADLINE
        while not holds():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline, "it never came to that"
            time.sleep(0.02)

    def journal(self) -> str:
        return "".join(path.read_text(encoding="utf-8") for path in self.folder.glob(".dovetail/runs/*/journal.jsonl"))

    def services_left(self) -> list[str]:
        """Return the service processes of this project that still live."""
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                folder = (path.parent / "cwd").readlink()
                command = (path.parent / "cmdline").read_text(encoding="utf-8").replace("\0", " ")
            except OSError:
                continue
            if folder == self.folder and SERVICE.name in command:
                found.append(command)
        return found

    def remains(self) -> list[str]:
        """Return what commands left of themselves: processes by the folder they were given, and what is in it."""
        ground = Path(self.variables["TMPDIR"])
        mark = f"TMPDIR={ground}".encode()
        processes = [f"process {pid} {command}" for pid, command in self.processes_with(mark)]
        return [*processes, *(f"{at}/{name}" for at, folders, files in os.walk(ground) for name in (*folders, *files))]

    def processes_with(self, mark: bytes) -> list[tuple[int, str]]:
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_bytes().split(b"\0"):
                    words = (path.parent / "cmdline").read_bytes().split(b"\0")
                    found.append((int(path.parent.name), b" ".join(words).decode(errors="replace")))
            except OSError:
                continue
        return found


@pytest.fixture
def fenced(project: Project) -> Iterator[Project]:
    """A project whose commands have a temporary folder of their own, so that nothing they leave goes unseen."""
    ground = Path(tempfile.mkdtemp(prefix="dt-"))
    ground.chmod(0o755)
    project.variables["TMPDIR"] = str(ground)
    yield project
    for pid, _ in project.processes_with(f"TMPDIR={ground}".encode()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(ground, ignore_errors=True)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path, [])
    made.write("dovetail.yaml", SYSTEM)
    yield made
    for process in made.running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


@pytest.fixture
def unstyled() -> Callable[[str], str]:
    """Leave out what differs between two runs: times, seeds, run ids."""

    def clean(text: str) -> str:
        text = re.sub(r"\d+(\.\d+)? (ms|s|min)\b", "N s", text)
        text = re.sub(r"seed [0-9a-f]+", "seed X", text)
        text = re.sub(r"\d{8}-\d{6}-[0-9a-f]{4}", "RUN", text)
        return re.sub(r" {2,}", "  ", text)

    return clean


LEDGER = Path(__file__).with_name("ledger.py")
NOTES = f"""\
system: notes
services:
  app:
    run: {sys.executable} {LEDGER} {{{{ port }}}}
    ready: GET /health
    uses:
      db: {{address: DATABASE_URL}}
      cache: {{address: REDIS_URL}}
  db: {{technology: postgres, setup: [notes.sql]}}
  cache: {{technology: redis}}
"""
NOTES_SETUP = (
    "create table notes (id text primary key, text text not null); insert into notes values ('first', 'as set up');"
)


@pytest.fixture
def notes(project: Any) -> Any:
    project.write("dovetail.yaml", NOTES)
    project.write("notes.sql", NOTES_SETUP)
    return project
