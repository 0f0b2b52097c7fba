"""A pytest started by a run dies with it, however the run dies."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

TIE = "from dovetail.app.python_leash import pytest_configure; pytest_configure(None); print('tied', flush=True)"
CHILD = f"{TIE}; input()"
PARENT = f"""\
import os, subprocess, sys
environ = {{**os.environ, "DOVETAIL_RUNNER": str(os.getpid())}}
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}], env=environ, stdin=subprocess.PIPE)
print(child.pid, flush=True)
child.wait()
"""


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return False


def test_killing_the_run_kills_its_pytest() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        lines = {parent.stdout.readline().strip(), parent.stdout.readline().strip()}
        child = int((lines - {"tied"}).pop())
        assert is_alive(child)
        parent.kill()
    deadline = time.monotonic() + 30
    while is_alive(child):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_pytest_that_nobody_started_is_left_alone() -> None:
    assert tie().stdout == "tied\n"


def test_a_pytest_whose_run_is_dead_already_dies_at_once() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as run:
        run.wait()
    ended = tie(run.pid)
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, "")


def test_a_pytest_is_tied_to_whoever_started_it_for_a_run_that_lives() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as run:
        assert tie(run.pid).stdout == "tied\n"
        run.communicate()


def tie(runner: int = 0) -> "subprocess.CompletedProcess[str]":
    environ = {name: value for name, value in os.environ.items() if name != "DOVETAIL_RUNNER"}
    environ |= {"DOVETAIL_RUNNER": str(runner)} if runner else {}
    return subprocess.run([sys.executable, "-c", TIE], env=environ, capture_output=True, text=True, check=False)
