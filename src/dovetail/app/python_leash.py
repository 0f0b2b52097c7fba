"""A pytest plugin that has pytest killed when the run that started it dies; `python_checks` loads it in that pytest.

Linux alone can promise it; elsewhere the tests end at their next word to the stage.
"""

import ctypes
import os
import signal
import sys

SET_PARENT_DEATH_SIGNAL = 1
RUNNER = "DOVETAIL_RUNNER"


def pytest_configure() -> None:
    """Tie this process to the one that DOVETAIL_RUNNER names."""
    runner = os.environ.get(RUNNER, "")
    if not runner or sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != int(runner):
        os.kill(os.getpid(), signal.SIGKILL)
