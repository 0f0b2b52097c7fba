"""Ties a pytest process to the one that started it, so that it is killed when that one dies, however it dies.

Loaded by `python_checks` as a plugin of the pytest that a run starts; called by the player in a worker of pytest-xdist,
which would notice only after seconds that its controller has died. Linux alone can promise it; elsewhere the tests end
at their next word to the stage.
"""

import ctypes
import os
import signal
import sys

from dovetail.environment.reaper import read_kin

GONE = (0, "X")
SET_PARENT_DEATH_SIGNAL = 1
RUNNER = "DOVETAIL_RUNNER"


def pytest_configure(config: object) -> None:
    """Tie this process to the one that DOVETAIL_RUNNER names; a worker is tied to its controller instead."""
    runner = os.environ.get(RUNNER, "")
    if runner and not hasattr(config, "workerinput"):
        tie(int(runner))


def tie(parent: int) -> None:
    """Have this process killed when the one that started it dies; at once where that was `parent` and it is dead.

    A process that was forked off by such a one, as some plugins do for each test, is tied to that instead.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent and read_kin().get(parent, GONE)[1] in "ZX":
        os.kill(os.getpid(), signal.SIGKILL)
