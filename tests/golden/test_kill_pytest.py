"""`kill -9` of a pytest with workers, started by hand or by a run: within five seconds nothing is left."""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

SECONDS_TO_GO = 5.0
DEADLINE = 60.0
WORKERS = 4
BY_HAND = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", f"{WORKERS}", "tests")
WAITING = f"""\
import time
from pathlib import Path
import pytest

@pytest.mark.parametrize("number", range({WORKERS}))
def test_it_waits(tiny, number):
    tiny.http("app").get("/").expect(status=200)
    Path(f"waits-{{number}}").touch()
    time.sleep(600)
"""
FORKING = """\
import os, time
from pathlib import Path

def test_it_forks(tiny):
    tiny.http("app").get("/").expect(status=200)
    if os.fork() == 0:
        said = ""
        try:
            tiny.http("app").get("/")
        except Exception as refusal:
            said = str(refusal)
        Path("child.part").write_text(f"{os.getpid()} {said}")
        os.rename("child.part", "child")
        time.sleep(600)
        os._exit(0)
    time.sleep(600)
"""


def wait_until_gone(project: Any, *spared: str) -> float:
    """Return how long it took until nothing is left but what is pytest's own, or the user's."""
    began = time.monotonic()
    while left := [thing for thing in project.remains() if not any(word in thing for word in ("pytest-of-", *spared))]:
        assert time.monotonic() < began + DEADLINE, left
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.mark.parametrize("is_by_hand", [True, False], ids=["by hand", "by a run"])
def test_workers_die_with_their_controller_and_the_environment_with_them(fenced: Any, *, is_by_hand: bool) -> None:
    fenced.write("tests/integration/test_wait.py", WAITING)
    if is_by_hand:
        fenced.command = BY_HAND
        process = fenced.start()
    else:
        fenced.write("pytest.ini", f"[pytest]\naddopts = -n {WORKERS}\n")
        process = fenced.start("run")
    fenced.wait_for(process, lambda: len(list(fenced.folder.glob("waits-*"))) == WORKERS)
    assert any("reaper.py" in thing for thing in fenced.remains())
    process.kill()
    assert wait_until_gone(fenced) < SECONDS_TO_GO


def test_what_a_test_forked_off_keeps_no_environment_up(fenced: Any) -> None:
    fenced.write("tests/integration/test_fork.py", FORKING)
    fenced.command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests")
    process = fenced.start()
    child = fenced.folder / "child"
    fenced.wait_for(process, child.exists)
    pid, _, said = child.read_text().partition(" ")
    try:
        assert "a process that was forked off by a test has no environment" in said
        process.kill()
        assert wait_until_gone(fenced, f"process {pid} ") < SECONDS_TO_GO
        assert Path(f"/proc/{pid}").exists()
    finally:
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
