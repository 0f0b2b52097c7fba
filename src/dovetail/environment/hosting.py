"""A stage process from its first line of input to its end: opens the stage, serves it, and leaves nothing behind.

Called by `app.stage_process`, which knows the concrete technologies.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

from msgspec import Struct

from dovetail.environment.census import LEASE_MARK
from dovetail.environment.ground import Plot
from dovetail.environment.hub import Hub
from dovetail.environment.live import LiveStage
from dovetail.environment.means import Lease, Means, find_drop_account, inherited
from dovetail.environment.order import Brief, StageInfo, StageOrder, encode
from dovetail.environment.port import Ports
from dovetail.environment.reaper import adopt_orphans, remove_leased
from dovetail.environment.server import StageServer
from dovetail.environment.sweeping import sweep
from dovetail.environment.teardown import end_processes
from dovetail.errors import DovetailError
from dovetail.plugin.registry import Registry

READY_LINE = b"open\n"


class Lifelines(Struct, frozen=True):
    """Pipes: `owner` ends with whoever started us, `reaper` with the reaper, which hears on `ending` that we end."""

    owner: int
    reaper: int
    ending: int


async def host_stage(brief: Brief, registry: Registry, chance: Random, lines: Lifelines) -> None:
    """Keep one stage until nobody needs it any more."""
    adopt_orphans()
    plot = Plot(Path(brief.ground), brief.stage, Path(brief.room))
    means = make_means(brief, plot, registry, chance)
    try:
        stage = LiveStage(means, brief.order, is_alone=True)
        if sys.platform != "linux":
            means.hub.note("this system does not tell who started whom: a service that daemonizes itself may be left")
        opening = asyncio.create_task(stage.open(), name="open the stage")
        sweeping = asyncio.create_task(_sweep(means.hub), name="sweep away what killed stages left")
        info = _describe(brief, plot, stage)
        server = StageServer(stage, info, opening)
        await _serve(server, plot, info, lines)
        await sweeping
    finally:
        end_processes(brief.stage, are_orphans_ours=True)
        means.lease.close()
        remove_leased(str(plot.lease))


async def _sweep(hub: Hub) -> None:
    """Do for others what nobody was left to do; services take their time to start meanwhile."""
    for what in await asyncio.to_thread(sweep, is_everywhere=False):
        hub.note(f"a stage was killed with all who watched it; removed {what}")


def make_means(brief: Brief, plot: Plot, registry: Registry, chance: Random) -> Means:
    """Lay out what the parts of the stage share; what will be on disk is leased before it is made."""
    order = brief.order
    lease = Lease(plot.lease)
    for path in (plot.draft, plot.info, plot.socket):
        lease.write("file", str(path))
    lease.write("folder", str(plot.folder))
    user = find_drop_account()
    lease.hold(plot.make_folder())
    return Means(
        stage=brief.stage,
        system=order.system,
        registry=registry,
        folder=plot.folder,
        lease=lease,
        ports=Ports(chance),
        hub=Hub(),
        environment={**inherited(order.system, os.environ), LEASE_MARK: str(plot.lease)},
        chance=chance,
        user=user,
        is_direct=order.is_direct,
        is_copied=order.is_copied,
        log_folder=Path(order.log_folder) if order.log_folder else None,
    )


async def _serve(server: StageServer, plot: Plot, info: StageInfo, lines: Lifelines) -> None:
    loop = asyncio.get_running_loop()
    door = await loop.create_unix_server(server.welcome, str(plot.socket))
    plot.socket.chmod(0o600)
    plot.draft.write_bytes(encode(info))
    plot.draft.rename(plot.info)
    _watch(lines.owner, server.end_unless_held)
    _watch(lines.reaper, server.ended.set)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, server.ended.set)
    with contextlib.suppress(BrokenPipeError):
        os.write(sys.stdout.fileno(), READY_LINE)
    try:
        await server.ended.wait()
    finally:
        door.close()
        plot.socket.unlink(missing_ok=True)
        plot.info.unlink(missing_ok=True)
        with contextlib.suppress(BrokenPipeError):
            os.write(lines.ending, b"e")
        await _tear_down(server)


async def _tear_down(server: StageServer) -> None:
    try:
        await server.tear_down(is_hurried=True)
    except DovetailError as error:
        sys.stderr.write(f"{error}\n")
    await server.close()


def _watch(pipe: int, on_end: Callable[[], None]) -> None:
    """Call `on_end` once the other end of a pipe is gone; what is still in it is of no interest."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        if not os.read(pipe, 65536):
            loop.remove_reader(pipe)
            on_end()

    loop.add_reader(pipe, read)


def _describe(brief: Brief, plot: Plot, stage: LiveStage) -> StageInfo:
    order: StageOrder = brief.order
    return StageInfo(
        id=brief.stage,
        key=order.key,
        system=order.system.name,
        folder=order.system.folder,
        environment=order.environment.name,
        is_direct=order.is_direct,
        is_kept=order.is_kept,
        socket=str(plot.socket),
        started_at=stage.means.hub.clock(),
        room=brief.room,
        services=tuple(service.name for service in stage.selected),
        pid=os.getpid(),
    )
