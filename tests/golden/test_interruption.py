"""Ctrl-C once and twice, a closed pipe, a killed run: told, ended in order, nothing left behind."""

import os
import signal
import subprocess
import time
from typing import Any

WAITING = """\
  - name: it waits
    steps:
      - http: GET /wait/60
        expect: {status: 200}
    finally:
      - http: DELETE /tidy
        expect: {status: 200}
"""
SLOW_CLEANUP = WAITING.replace("DELETE /tidy", "DELETE /wait/60")


def test_one_ctrl_c_cleans_up_reports_and_ends_with_2(project: Any) -> None:
    project.checks(WAITING)
    process = project.start("run", "--report-format", "json")
    project.wait_for(process, lambda: "check-started" in project.journal())
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "interrupted by Ctrl-C" in out
    assert "DELETE /tidy" in project.journal()
    assert (project.folder / "reports/latest.json").exists()
    assert project.services_left() == []


def test_a_second_ctrl_c_abandons_cleanup_and_leaves_nothing(project: Any) -> None:
    project.checks(SLOW_CLEANUP)
    process = project.start("run")
    project.wait_for(process, lambda: "check-started" in project.journal())
    process.send_signal(signal.SIGINT)
    project.wait_for(process, lambda: "interrupted by Ctrl-C" in project.journal())
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 2
    assert time.monotonic() - began < 30
    assert project.services_left() == []


def test_ctrl_c_while_the_environment_starts_ends_with_2(project: Any) -> None:
    system = (project.folder / "dovetail.yaml").read_text()
    project.write("dovetail.yaml", system.replace("{{ port }}", "{{ port }} never"))
    project.checks(WAITING)
    process = project.start("run")
    project.wait_for(process, lambda: "service-changed" in project.journal())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 2
    assert project.services_left() == []


def test_a_killed_run_leaves_nothing(project: Any) -> None:
    project.checks(WAITING)
    process = project.start("run")
    project.wait_for(process, lambda: "check-started" in project.journal())
    assert project.services_left()
    process.kill()
    process.wait()
    deadline = time.monotonic() + 30
    while project.services_left():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert (
        "cut short"
        in project.type("report", "--report-format", "json").out + (project.folder / "reports/latest.json").read_text()
    )


def test_a_closed_pipe_is_quiet(project: Any) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        (*project.start("--version").args[:3], "--help"),
        cwd=project.folder,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    os.close(writing)
    assert b"Traceback" not in ended.stderr
