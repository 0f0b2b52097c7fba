"""Finds a running stage that may be shared, or spawns one behind a reaper.

Called by `opening` wherever something must be started.
"""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex

from dovetail.environment.attendance import find_kept, find_stages, plot_of
from dovetail.environment.ground import Plot, find_room, give_back, lay_ground, take_soon
from dovetail.environment.order import Brief, StageOrder
from dovetail.environment.remote import RemoteStage
from dovetail.environment.spawning import release, spawn
from dovetail.environment.stage import Sink
from dovetail.environment.teardown import prove_gone
from dovetail.errors import DovetailError, StageError


async def join_or_spawn(order: StageOrder, stage_command: tuple[str, ...], sink: Sink | None) -> RemoteStage:
    """Return a stage on which everything ordered is ready."""
    remote, is_found = await _find_or_spawn(order, stage_command)
    if sink is not None:
        remote.listen(sink)
    try:
        await remote.settle()
        if is_found and remote.info is not None and remote.info.is_kept:
            await remote.adopt(order)
    except BaseException:
        with contextlib.suppress(DovetailError):
            await asyncio.shield(remote.leave())
        raise
    return remote


async def _find_or_spawn(order: StageOrder, stage_command: tuple[str, ...]) -> tuple[RemoteStage, bool]:
    """Return a stage and whether it ran already; of several processes that ask at once, one spawns it."""
    is_shared = order.is_kept or bool(order.share)
    async with _held(lay_ground() / f"{order.key}.lock") if is_shared else contextlib.nullcontext():
        found = await _join(order)
        return (found, True) if found is not None else (await _spawn(order, stage_command), False)


async def _join(order: StageOrder) -> RemoteStage | None:
    """Join the stage that this order may share, or else one that is kept; one that is just ending is none."""
    shared = [info for info in find_stages(order.system.folder) if order.share and info.key == order.key]
    kept = find_kept(order)
    for info in [*shared, *([kept] if kept else ())]:
        remote = RemoteStage(functools.partial(prove_gone, plot_of(info), 0))
        with contextlib.suppress(StageError):
            await remote.connect(info.socket, is_holder=True)
            return remote
    return None


async def _spawn(order: StageOrder, stage_command: tuple[str, ...]) -> RemoteStage:
    ground = lay_ground()
    plot = Plot(ground, token_hex(4), find_room(ground))
    child = await spawn(Brief(plot.stage, str(plot.ground), str(plot.room), order), plot, stage_command)
    try:
        remote = RemoteStage(functools.partial(prove_gone, plot, child.pid))
        await remote.connect(str(plot.socket), is_holder=True)
    finally:
        release(child)
    return remote


@contextlib.asynccontextmanager
async def _held(path: Path) -> AsyncIterator[None]:
    """Hold a lock between processes for the length of a block and leave no file behind."""
    handle = await take_soon(path)
    try:
        yield
    finally:
        give_back(path, handle)
