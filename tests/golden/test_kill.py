"""`kill -9` of the command, its stage or its reaper, at any moment: within five seconds nothing is left.

Each service here ignores SIGTERM and has a child that daemonized itself: forked twice, in a session of its own, with an
empty environment and no open file of its parent's.
"""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

SECONDS_TO_GO = 5.0
WAITING = """\
  - name: it waits
    steps:
      - http: GET /wait
        expect: {status: 200}
"""
PYTHON_WAITING = """\
import time

def test_it_waits(tiny):
    time.sleep(300)
"""


def daemon_of(project: Any) -> int:
    """Return the pid of the service's daemon once it has said that it stands."""
    return int((project.folder / "daemon.txt").read_text().split()[0])


def find_victim(project: Any, command: int, victim: str) -> int:
    if victim == "command":
        return command
    found: list[tuple[int, str]] = project.processes_with(f"TMPDIR={project.variables['TMPDIR']}".encode())
    if victim == "reaper":
        return next(pid for pid, line in found if "reaper.py" in line)
    return next(pid for pid, line in found if "stage_process" in line and "reaper.py" not in line)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize("victim", ["command", "stage", "reaper"])
@pytest.mark.parametrize("mood", ["never", "serves"])
def test_whoever_is_killed_nothing_is_left(fenced: Any, victim: str, mood: str) -> None:
    fenced.serve_stubbornly(mood)
    fenced.checks(WAITING)
    process = fenced.start("run", "--report-format", "json")
    moment = "check-started" if mood == "serves" else "service-changed"
    fenced.wait_for(process, lambda: moment in fenced.journal() and (fenced.folder / "daemon.txt").exists())
    daemon = daemon_of(fenced)
    assert is_alive(daemon)
    os.kill(find_victim(fenced, process.pid, victim), signal.SIGKILL)
    wait_until_gone(fenced, daemon)
    out, err = process.communicate(timeout=60)
    if victim == "command":
        assert process.returncode == -signal.SIGKILL
        return
    assert (process.returncode, err) == (6, "")
    assert "the environment ended while it was needed" in out
    assert "1 inconclusive" in out
    assert "left" not in out
    report = json.loads((fenced.folder / "reports/latest.json").read_text())
    assert (report["verdict"], report["exit_code"], report["totals"]["failed"]) == ("inconclusive", 6, 0)


def test_a_command_killed_in_its_python_checks_leaves_nothing(fenced: Any) -> None:
    fenced.write("tests/integration/test_wait.py", PYTHON_WAITING)
    process = fenced.start("run")
    fenced.wait_for(process, lambda: '["check-started"' in fenced.journal())
    assert any(name.endswith("/events") for name in fenced.remains())
    process.kill()
    deadline = time.monotonic() + SECONDS_TO_GO
    while fenced.remains():
        assert time.monotonic() < deadline, fenced.remains()
        time.sleep(0.02)


def test_a_run_after_a_kill_is_green_and_knows_what_was_cut_short(fenced: Any) -> None:
    fenced.serve_stubbornly("serves")
    fenced.checks(WAITING)
    process = fenced.start("run")
    fenced.wait_for(process, lambda: "check-started" in fenced.journal() and (fenced.folder / "daemon.txt").exists())
    daemon = daemon_of(fenced)
    process.kill()
    wait_until_gone(fenced, daemon)
    assert fenced.type("report", "--report-format", "json").code == 0
    assert json.loads((fenced.folder / "reports/latest.json").read_text())["is_complete"] is False
    fenced.checks(WAITING.replace("/wait", "/"))
    assert fenced.type("run").code == 0
    assert not is_alive(daemon_of(fenced))
    assert fenced.remains() == []


def test_where_stage_and_reaper_are_killed_together_the_command_takes_over(fenced: Any) -> None:
    fenced.checks(WAITING.replace("/wait", "/wait/60"))
    process = fenced.start("run")
    fenced.wait_for(process, lambda: "check-started" in fenced.journal())
    for pid in [find_victim(fenced, process.pid, victim) for victim in ("reaper", "stage")]:
        os.kill(pid, signal.SIGKILL)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 6
    assert "the environment ended while it was needed" in out
    assert "left" not in out
    assert fenced.remains() == []


@pytest.mark.usefixtures("broom")
def test_where_all_three_are_killed_together_services_end_and_clean_removes_the_rest(fenced: Any) -> None:
    kill_all_three(fenced)
    assert "leased" in fenced.type("clean").out
    assert fenced.remains() == []


def test_where_all_three_are_killed_together_the_next_run_removes_the_rest_and_says_so(fenced: Any) -> None:
    kill_all_three(fenced)
    assert fenced.remains()
    fenced.checks(WAITING.replace("/wait", "/"))
    said = fenced.type("run")
    assert said.code == 0
    assert "a stage was killed with all who watched it; removed what environment" in said.out
    assert fenced.remains() == []


def kill_all_three(project: Any) -> None:
    """Kill the command, the reaper and the stage of a run in one blow, and wait for its services to end."""
    project.checks(WAITING.replace("/wait", "/wait/60"))
    process = project.start("run")
    project.wait_for(process, lambda: "check-started" in project.journal())
    for pid in [find_victim(project, process.pid, victim) for victim in ("command", "reaper", "stage")]:
        os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=60)
    deadline = time.monotonic() + SECONDS_TO_GO
    while left := project.services_left():
        assert time.monotonic() < deadline, left
        time.sleep(0.02)


def wait_until_gone(project: Any, daemon: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_GO
    while left := [*([daemon] if is_alive(daemon) else ()), *project.remains()]:
        assert time.monotonic() < deadline, left
        time.sleep(0.02)
