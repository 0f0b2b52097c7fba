"""The one border between blocking and async: runs a coroutine on the fastest loop there is. Called by the faces."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from importlib import import_module
from importlib.util import find_spec
from typing import TypeVar

Result = TypeVar("Result")
MADE_BETWEEN_SEARCHES = 10_000


def run_async(work: Coroutine[None, None, Result]) -> Result:
    """Run `work` to its end on a loop of its own; garbage is searched for only among what it makes, and less often."""
    gc.freeze()
    gc.set_threshold(MADE_BETWEEN_SEARCHES)
    gc.enable()
    with asyncio.Runner(loop_factory=_find_factory()) as runner:
        return runner.run(work)


def _find_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if find_spec("uvloop") is None:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    return factory
