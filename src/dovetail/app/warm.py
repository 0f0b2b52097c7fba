"""Environments that stay up between commands: started, ended, looked at and steered. Called by the cli.

All functions work on the running stages of one project folder.
"""

import asyncio
import contextlib
import secrets
import sys
import time
from collections.abc import AsyncIterator, Collection, Iterable

from msgspec import Struct

from dovetail.app.config import Settings
from dovetail.app.history import HOME, lay_home
from dovetail.app.project import Project
from dovetail.app.provision import refuse_missing
from dovetail.environment.attendance import attach, find_stages
from dovetail.environment.opening import open_stage
from dovetail.environment.order import StageInfo, StageOrder
from dovetail.environment.remote import end_frozen
from dovetail.environment.selection import find_started
from dovetail.environment.stage import LogLine, ServiceState, Sink
from dovetail.environment.sweeping import sweep
from dovetail.errors import Problem, StageError, StageLostError, UsageError
from dovetail.errors.nearest import suggest
from dovetail.source.environment import choose_environment

STAGE_COMMAND = (sys.executable, "-m", "dovetail.app.stage_process")
PAUSE = 0.1
SHORT_PAUSE = 0.01
SECONDS_TO_GO = 10.0


class RunningStage(Struct, frozen=True):
    """A stage and what its services are doing."""

    info: StageInfo
    states: tuple[ServiceState, ...]


async def bring_up(project: Project, settings: Settings, services: Collection[str], sink: Sink) -> RunningStage:
    """Start services, all where none is named, and leave them up; what runs is reused, what changed restarts."""
    for name in services:
        if name not in project.system.by_name:
            raise UsageError(Problem(f"there is no service {name!r}", suggest(name, project.system.by_name)))
    order = StageOrder(
        project.system,
        choose_environment(project.system, settings.text("environment")),
        settings.is_on("direct"),
        frozenset(services),
        is_kept=True,
        log_folder=str(project.folder / HOME / "logs"),
        seed=secrets.token_hex(2),
    )
    refuse_missing(project, find_started(order))
    lay_home(project.folder / HOME)
    stage = await open_stage(order, project.registry, STAGE_COMMAND, sink)
    states = await stage.states()
    await stage.leave()
    infos = [info for info in find_stages(project.system.folder) if info.key == order.key]
    if not infos:
        what = f"nothing is to be started in {order.environment.name}: every service has an address"
        raise UsageError(Problem(what, "run the checks: dovetail run"))
    return RunningStage(infos[-1], states)


async def tear_down(folder: str) -> tuple[tuple[StageInfo, tuple[str, ...]], ...]:
    """End every stage of the project; returns what remains of each."""
    return tuple([(info, await _end(info)) for info in find_stages(folder)])


async def _end(info: StageInfo) -> tuple[str, ...]:
    """End one stage, also one that somebody else is just ending, and one that is frozen."""
    remains: tuple[str, ...] = ()
    with contextlib.suppress(StageError):
        remains = await (await attach(info)).down()
    left = await _wait_until_gone(info)
    if left:
        end_frozen(info)
        left = await _wait_until_gone(info)
    return (*remains, *left)


async def _wait_until_gone(info: StageInfo) -> tuple[str, ...]:
    deadline = time.monotonic() + SECONDS_TO_GO
    while info in find_stages(info.folder):
        if time.monotonic() > deadline:
            return (f"the environment {info.id}",)
        await asyncio.sleep(SHORT_PAUSE)
    return ()


async def list_running(folder: str) -> tuple[RunningStage, ...]:
    """Return every stage of the project, of all projects where `folder` is empty; one that is ending is none."""
    found = []
    for info in find_stages(folder):
        try:
            stage = await attach(info)
            found.append(RunningStage(info, await stage.states()))
            await stage.leave()
        except StageLostError:
            continue
        except StageError:
            found.append(RunningStage(info, tuple(ServiceState(name, "", "no answer") for name in info.services)))
    return tuple(found)


async def steer_service(folder: str, service: str, verb: str) -> ServiceState:
    """Do `verb` to a service of the project's latest stage; returns what it is then."""
    stage = await attach(require_stage(folder))
    try:
        require_service(service, await stage.states())
        await stage.steer(service, verb)
        return next(state for state in await stage.states() if state.service == service)
    finally:
        await stage.leave()


async def read_logs(folder: str, services: Iterable[str], *, is_followed: bool) -> AsyncIterator[LogLine]:
    """Yield what services of the latest stage wrote, and with `is_followed` what they will."""
    stage = await attach(require_stage(folder))
    wanted = frozenset(services)
    try:
        for service in wanted:
            require_service(service, await stage.states())
        since, told = 0.0, frozenset[LogLine]()
        while True:
            lines = [line for line in await stage.logs("", since) if not wanted or line.service in wanted]
            for line in lines:
                if line not in told:
                    yield line
            if not is_followed:
                return
            since = max((line.at for line in lines), default=since)
            told = frozenset(line for line in lines if line.at == since)
            await asyncio.sleep(PAUSE)
    finally:
        await stage.leave()


def clean_up() -> tuple[str, ...]:
    """Remove what stages left that nobody watches any more; returns what that was."""
    return sweep()


def is_running(folder: str) -> bool:
    return bool(find_stages(folder))


def require_stage(folder: str) -> StageInfo:
    """Return the latest running stage of the project."""
    infos = find_stages(folder)
    if not infos:
        raise StageError(Problem("nothing of this project is running", "start it: dovetail up"))
    return infos[-1]


def require_service(service: str, states: tuple[ServiceState, ...]) -> None:
    names = [state.service for state in states]
    if service not in names:
        raise UsageError(Problem(f"there is no service {service!r} in this environment", suggest(service, names)))
