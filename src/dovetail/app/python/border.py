"""The one blocking border: an event loop in its own thread, spoken to from plain and from async tests alike."""

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import TypeVar

import uvloop

from dovetail.errors import Problem, UsageError

Result = TypeVar("Result")

CLOSING_SECONDS = 10.0


class Border:
    """Everything behind it is async; in front of it nothing needs to be."""

    def __init__(self) -> None:
        self._loop = uvloop.new_event_loop()
        self._home = os.getpid()
        self._thread = threading.Thread(target=self._loop.run_forever, name="dovetail", daemon=True)
        self._thread.start()

    def begin(self, work: Coroutine[object, object, Result]) -> Future[Result]:
        """Do `work` behind the border while the caller goes on; refused in a process that was forked off later."""
        if os.getpid() != self._home:
            work.close()
            what = "a process that was forked off by a test has no environment"
            raise UsageError(Problem(what, "speak to services from the test itself, or by their addresses"))
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def wait(self, work: Coroutine[object, object, Result]) -> Result:
        """Do `work` behind the border and block until it is done."""
        return self.begin(work).result()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSING_SECONDS)
        self._loop.close()


def is_async_caller() -> bool:
    """Tell whether an event loop runs in the caller's thread, which must not be blocked."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
