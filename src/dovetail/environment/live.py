"""The stage itself: the cast with its edges, locks, faults, data copies and slices, in one event loop.

Opened by the stage process.
"""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Iterable, Mapping

from msgspec.structs import replace

from dovetail.environment.build import fingerprint_code
from dovetail.environment.cast import Cast
from dovetail.environment.census import bury, find_unburied, listening
from dovetail.environment.data_copy import DataCopies
from dovetail.environment.fault import FaultTable
from dovetail.environment.instance import Instance
from dovetail.environment.lock import LockTable
from dovetail.environment.means import Means
from dovetail.environment.order import StageOrder, fingerprint
from dovetail.environment.selection import Selection, require_known, select
from dovetail.environment.slice import Slices
from dovetail.environment.stage import LockWish, LogLine, ServiceState, Sink
from dovetail.environment.teardown import end_processes, find_processes, find_remains
from dovetail.environment.wiring import Joint
from dovetail.errors import Problem, SuiteError
from dovetail.model.address import Address
from dovetail.model.check import FaultOrder
from dovetail.model.event import TornDown
from dovetail.model.exchange import Exchange
from dovetail.model.system import Service

SECONDS_TO_STOP = 4.0
SECONDS_IN_HURRY = 1.5
SECONDS_TO_BE_BURIED = 1.0
ENDED = frozenset({"failed", "stopping", "stopped"})
VERBS = ("restart", "pause", "resume", "kill", "stop")


class LiveStage:
    """Fulfils `Stage`; `is_alone` tells that this process adopts orphans and holds nothing but the stage."""

    def __init__(self, means: Means, order: StageOrder, *, is_alone: bool = False) -> None:
        self.means = means
        self._is_alone = is_alone
        self._is_kept = order.is_kept
        self._patience = SECONDS_TO_STOP
        self._selection = select(order, means.registry)
        self._copies = DataCopies(means.registry, self._find_server, is_frozen=means.is_copied)
        self._given = dict(self._selection.given)
        self._cast = Cast(means, self._given, self._copies.freeze)
        self._slices = Slices(self._copies, self._given)
        self._locks = LockTable()
        self._faults = FaultTable(means.hub, self._joints)
        self._definitions: dict[str, str] = {}

    @property
    def selected(self) -> tuple[Service, ...]:
        """The services that this stage starts."""
        return self._selection.start

    async def open(self) -> None:
        """Start what was ordered; raises NotReadyError as soon as some of it can never be ready."""
        if self._is_kept:
            self._definitions = await self._define(self._selection)
        await self._cast.start(self._selection.start)

    async def adopt(self, order: StageOrder) -> tuple[str, ...]:
        """Become what `order` says: start what is missing, restart what changed or has ended; returns those names.

        What a check has alone may have ended by its will, and stays as it is.
        """
        selection = select(order, self.means.registry)
        wanted = await self._define(selection)
        names = self._follow(selection, self._find_stale(wanted) | (wanted.keys() - self._cast.instances.keys()))
        gone = names | selection.given.keys()
        self.means = replace(self.means, system=order.system)
        self._given.clear()
        self._given.update(selection.given)
        services = tuple(service for service in selection.start if service.name in names)
        await self._cast.exchange(self.means, frozenset(gone & self._cast.instances.keys()), services)
        self._definitions |= wanted
        return tuple(sorted(names))

    async def address(self, service: str, slice_name: str = "") -> Address:
        name, _, suffix = service.partition("@")
        require_known(name, self.means.system.by_name, "service")
        if slice_name or suffix:
            return await self._slices.locate(name, slice_name or suffix)
        return await self._cast.locate(name)

    async def lock(self, owner: str, wish: LockWish) -> None:
        await self._locks.lock(owner, wish)

    async def grow(self, owner: str, wish: LockWish) -> bool:
        return await self._locks.grow(owner, wish)

    async def unlock(self, owner: str, kept: frozenset[str] = frozenset()) -> None:
        self._locks.unlock(owner, kept)

    async def inject(self, order: FaultOrder, seconds: float | None, owner: str = "") -> str:
        return self._faults.inject(order, seconds, owner)

    async def lift(self, lease: str) -> None:
        self._faults.lift(lease)

    async def steer(self, service: str, verb: str) -> None:
        require_known(verb, VERBS, "way to steer a service:")
        instance = self._find_instance(service)
        match verb:
            case "restart":
                await instance.restart()
            case "pause":
                instance.pause()
            case "resume":
                instance.resume()
            case "kill":
                await instance.kill()
            case _:
                await instance.stop()
        self._bury_later()

    async def calls(self, edge: str, since: float) -> tuple[Exchange, ...]:
        return self._faults.calls(edge, since)

    async def logs(self, service: str = "", since: float = 0.0) -> tuple[LogLine, ...]:
        chosen = [self._find_instance(service)] if service else self._instances()
        lines = [line for instance in chosen for line in instance.log.since(since)]
        return tuple(sorted(lines, key=lambda line: line.at))

    async def states(self) -> tuple[ServiceState, ...]:
        by_name = self.means.system.by_name
        elsewhere = tuple(
            ServiceState(name, by_name[name].technology, "given", door=str(address))
            for name, address in self._given.items()
            if name in by_name
        )
        return (*(instance.describe() for instance in self._instances()), *elsewhere)

    async def clone(self, service: str, name: str) -> Address:
        return await self._copies.clone(service, name)

    async def drop(self, service: str, name: str) -> None:
        await self._copies.drop(service, name)

    async def reset(self, services: frozenset[str]) -> None:
        await self._copies.reset(services)

    async def open_slice(self, name: str, services: frozenset[str]) -> None:
        await self._slices.open(name, services, self.means)

    async def close_slice(self, name: str) -> None:
        await self._slices.close(name)

    def listen(self, sink: Sink) -> None:
        self.means.hub.listen(sink)

    def hurry(self) -> None:
        """Give services little time to stop: whoever needed them is dead."""
        self._patience = SECONDS_IN_HURRY

    async def leave(self) -> tuple[str, ...]:
        """End everything and prove it; returns what is left all the same."""
        began = time.monotonic()
        self._faults.lift_all(self._faults.leases, "the environment was torn down")
        await self._in_patience(self._cast.clean_up(), "the cleanup did not end")
        await self._in_patience(self._stop(), "some services did not stop")
        await self._end_rest()
        folders = [self.means.folder] if self._is_alone else []
        remains = find_remains(self.means.stage, self.means.ports.ever, folders)
        took = (time.monotonic() - began) * 1000
        self.means.hub.tell(TornDown(self.means.hub.clock(), took, remains))
        return remains

    async def _in_patience(self, ending: Awaitable[None], what: str) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await ending
        except TimeoutError:
            self.means.hub.note(f"{what} within {self._patience:g} s: what still ran of it was killed", "warning")

    async def _stop(self) -> None:
        await self._slices.end_all()
        await self._cast.stop()

    async def _end_rest(self) -> None:
        """Kill what outlived its service and remove the folders."""
        deadline = time.monotonic() + 1.0
        while True:
            end_processes(self.means.stage, are_orphans_ours=self._is_alone)
            if not self._is_held_on_to() or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.005)
        if self._is_alone:
            shutil.rmtree(self.means.folder, ignore_errors=True)

    def _is_held_on_to(self) -> bool:
        """Tell whether something is left; a dying process has lost its marks while its sockets are still open."""
        return bool(find_processes(self.means.stage) or listening(self.means.ports.ever))

    def _find_stale(self, wanted: Mapping[str, str]) -> frozenset[str]:
        """Return what is there, but not as it is wanted: defined otherwise, ended, or never come up."""
        changed = {name for name, old in self._definitions.items() if name in wanted and wanted[name] != old}
        ended = {name for name, instance in self._cast.instances.items() if instance.state in ENDED}
        ended = {name for name in ended if not self._locks.is_had_alone(f"service:{name}")}
        return frozenset(changed | ((ended | self._cast.unfinished) & wanted.keys()))

    def _follow(self, selection: Selection, names: frozenset[str]) -> frozenset[str]:
        """Add those who cannot be left as they are where `names` start anew.

        These are jobs whose work goes with a server's data, and whoever speaks to one of them past every proxy: the
        address that it was given leads nowhere.
        """
        servers = {s.name for s in selection.start if s.name in names and not s.is_own_code}
        undone = {s.name for s in selection.start if s.is_job and servers & {edge.target for edge in s.uses}}
        past = {
            instance.service.name
            for instance in self._cast.instances.values()
            if any(joint.proxy is None and joint.target in names for joint in instance.joints)
        }
        more = names | undone | (past & {s.name for s in selection.start})
        return names if more == names else self._follow(selection, more)

    def _bury_later(self) -> None:
        """Bury what died without a parent; whoever still waits for a child has collected it by then."""
        dead = find_unburied(other.describe().pid for other in self._instances())
        asyncio.get_running_loop().call_later(SECONDS_TO_BE_BURIED, bury, dead)

    async def _define(self, selection: Selection) -> dict[str, str]:
        """Return, for each service, what changes whenever it would start as another one or be led elsewhere."""
        services, given = selection.start, selection.given
        folders = {service.folder for service in services if service.is_own_code}
        code = {
            folder: await asyncio.to_thread(fingerprint_code, self.means.project / folder) for folder in sorted(folders)
        }
        led = {s.name: " ".join(str(given.get(edge.target, "")) for edge in s.uses) for s in services}
        return {s.name: f"{fingerprint(s)} {code[s.folder] if s.is_own_code else ''} {led[s.name]}" for s in services}

    async def _find_server(self, service: str) -> tuple[str, Address]:
        known = self.means.system.by_name
        name = service.partition("@")[0]
        require_known(name, known, "service")
        return known[name].technology, await self.address(service)

    def _find_instance(self, label: str) -> Instance:
        found = {instance.label: instance for instance in self._instances()}
        if label in self._given:
            raise SuiteError(Problem(f"{label} runs elsewhere: {self._given[label]}", "steer it there"))
        require_known(label, found, "service in this environment called")
        return found[label]

    def _instances(self) -> Iterable[Instance]:
        return [*self._cast.instances.values(), *self._slices.instances]

    def _joints(self) -> Iterable[Joint]:
        return [joint for instance in self._instances() for joint in instance.joints]
