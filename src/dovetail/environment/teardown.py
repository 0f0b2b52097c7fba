"""The proof of teardown: what of a stage is still there once everything has been stopped.

Called by the live stage at its end, and by its clients once its process is gone.
"""

import asyncio
import os
import time
from collections.abc import Iterable
from pathlib import Path

from dovetail.environment.census import describe, listening
from dovetail.environment.ground import Plot
from dovetail.environment.hold import is_held
from dovetail.environment.reaper import descendants, kill, marked, read_kin, remove_leased

SECONDS_TO_PROVE = 6.0
PAUSE = 0.004


def find_remains(stage: str, ports: Iterable[int], folders: Iterable[Path]) -> tuple[str, ...]:
    """Name every process, listening port and folder that is left."""
    return (
        *(f"process {pid} ({describe(pid)})" for pid in find_processes(stage)),
        *(f"port {port}" for port in sorted(listening(ports))),
        *(f"folder {folder}" for folder in folders if folder.exists()),
    )


def find_processes(stage: str) -> tuple[int, ...]:
    """Return the living processes below us that carry the stage's mark, and marked ones anywhere."""
    kin = read_kin()
    kin.pop(os.getpid(), None)
    return tuple(marked(stage, kin))


def end_processes(stage: str, *, are_orphans_ours: bool) -> None:
    """Kill what outlived its service; as the adopter of orphans also those without a mark."""
    kin = read_kin()
    own = descendants(os.getpid(), kin) if are_orphans_ours else []
    kin.pop(os.getpid(), None)
    kill([*own, *marked(stage, kin)])


async def prove_gone(plot: Plot, reaper: int) -> tuple[str, ...]:
    """Wait until the reaper has seen to everything; returns what is on disk all the same.

    Where it was killed together with its stage, so that nobody watches any more, its work is done here.
    """
    deadline = time.monotonic() + SECONDS_TO_PROVE
    paths = (plot.folder, plot.socket, plot.info, plot.lease)
    while time.monotonic() < deadline:
        if (not reaper or _has_ended(reaper)) and not any(path.exists() for path in paths):
            return ()
        if plot.lease.exists() and not is_held(plot.lease):
            _take_over(plot)
        await asyncio.sleep(PAUSE)
    is_watched = is_held(plot.lease) or (reaper and not _has_ended(reaper))
    watcher = ("the environment's reaper",) if is_watched else ()
    return (*watcher, *(str(path) for path in paths if path.exists()))


def _take_over(plot: Plot) -> None:
    end_processes(plot.stage, are_orphans_ours=False)
    if not find_processes(plot.stage):
        remove_leased(str(plot.lease))


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True
