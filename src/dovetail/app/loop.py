"""The one border between blocking and async: runs a coroutine on the fastest loop there is. Called by the faces."""

import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import TypeVar

Result = TypeVar("Result")
MADE_BETWEEN_SEARCHES = 50_000
FASTEST = "asyncio" if sys.platform == "win32" else "uvloop"


def run_async(work: Coroutine[None, None, Result]) -> Result:
    """Run `work` to its end on a loop of its own; garbage is searched for only among what it makes, and less often."""
    gc.freeze()
    gc.set_threshold(MADE_BETWEEN_SEARCHES)
    gc.enable()
    make_loop: Callable[[], asyncio.AbstractEventLoop] = import_module(FASTEST).new_event_loop
    with asyncio.Runner(loop_factory=make_loop) as runner:
        return runner.run(work)
