"""SIGHUP and a terminal that is closed: as SIGTERM ends a run, in order and with nothing left; nohup runs on."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from dovetail.journal.line import read_line
from dovetail.model.event import RunEnded

WAITING = """\
  - name: it waits
    steps:
      - http: GET /wait/60
        expect: {status: 200}
    finally:
      - http: DELETE /tidy
        expect: {status: 200}
"""
IN_TERMINAL = """\
import fcntl, sys, termios
from dovetail.cli.main import main
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.exit(main())
"""
SOON = WAITING.replace("/wait/60", "/wait/1")


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    """Hand no ignored SIGHUP down, as this process may have been started with one."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def last_words(project: Any) -> RunEnded:
    event = read_line(project.journal().splitlines()[-1].encode())
    assert isinstance(event, RunEnded)
    return event


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_ends_a_run_in_order_with_2(fenced: Any, number: signal.Signals) -> None:
    fenced.checks(WAITING)
    process = fenced.start("run", "--report-format", "json")
    fenced.wait_for(process, lambda: "check-started" in fenced.journal())
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (2, ""), out
    assert f"interrupted by {number.name}" in out
    assert "DELETE /tidy" in fenced.journal()
    ended = last_words(fenced)
    assert ended.exit_code == 2
    assert f"interrupted by {number.name}" in ended.causes[0]
    assert fenced.remains() == []


def test_a_hangup_while_the_environment_starts_leaves_nothing(fenced: Any) -> None:
    system = (fenced.folder / "dovetail.yaml").read_text()
    fenced.write("dovetail.yaml", system.replace("{{ port }}", "{{ port }} never"))
    fenced.checks(WAITING)
    process = fenced.start("run")
    fenced.wait_for(process, lambda: "service-changed" in fenced.journal())
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=60)
    assert (process.returncode, last_words(fenced).exit_code) == (2, 2)
    assert fenced.remains() == []


def test_a_terminal_that_is_closed_ends_its_run_in_order(fenced: Any) -> None:
    fenced.checks(WAITING)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        (sys.executable, "-c", IN_TERMINAL, "run"),
        cwd=fenced.folder,
        env=fenced.environ({}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    fenced.running.append(process)
    os.close(theirs)
    fenced.wait_for(process, lambda: "check-started" in fenced.journal())
    os.close(ours)
    assert process.wait(60) == 2
    assert last_words(fenced).exit_code == 2
    assert fenced.remains() == []


def test_a_run_that_was_started_to_outlive_its_terminal_does(fenced: Any) -> None:
    fenced.checks(SOON)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    process = fenced.start("run")
    fenced.wait_for(process, lambda: "check-started" in fenced.journal())
    process.send_signal(signal.SIGHUP)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, out
    assert "interrupted" not in out
