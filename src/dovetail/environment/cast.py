"""Instances that know each other: the system's own, or those of a slice; started and stopped in the order of need.

Called by the live stage.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from subprocess import CalledProcessError

from dovetail.environment.instance import Instance
from dovetail.environment.means import Means
from dovetail.errors import DovetailError, NotReadyError, Problem
from dovetail.errors.cause import first_cause
from dovetail.model.address import Address
from dovetail.model.graph import prerequisites
from dovetail.model.system import Service

Freeze = Callable[[str, Address], Awaitable[None]]


class Cast:
    """`given` are the addresses of services that run elsewhere; `freeze` remembers a server's data."""

    def __init__(self, means: Means, given: Mapping[str, Address], freeze: Freeze, suffix: str = "") -> None:
        self.instances: dict[str, Instance] = {}
        self._means = means
        self._given = given
        self._freeze = freeze
        self._suffix = suffix
        self._ready: dict[str, asyncio.Event] = {}

    async def locate(self, service: str) -> Address:
        """Return where `service` is spoken to, once that is known."""
        instance = self.instances.get(service)
        if instance is not None:
            await instance.laid_out.wait()
            return instance.address
        if service in self._given:
            return self._given[service]
        raise NotReadyError(f"{service} is not part of this environment")

    @property
    def unfinished(self) -> frozenset[str]:
        """Those that never came up, as when the start of another failed, and those whose stop was broken off."""
        return frozenset(name for name, ready in self._ready.items() if not ready.is_set())

    async def start(self, services: tuple[Service, ...]) -> None:
        """Bring `services` up beside what is there already; the first that cannot be ends the attempt."""
        new = [Instance(service, self._means, self._suffix, self.locate) for service in services]
        for instance in new:
            name = instance.service.name
            self.instances[name] = instance
            self._ready[name] = asyncio.Event()
            instance.moved = lambda name=name: self._lead_to(name)
        try:
            async with asyncio.TaskGroup() as tasks:
                for instance in new:
                    tasks.create_task(self._bring_up(instance), name=f"start {instance.label}")
        except BaseExceptionGroup as group:
            raise first_cause(group) from None

    async def stop(self, names: frozenset[str] | None = None) -> None:
        """End the user's code at once, each server after the code that needs it, and let go of what they held."""
        leaving = {name: self.instances[name] for name in (self.instances if names is None else names)}
        for name in leaving:
            self._ready[name].clear()
        gone = {name: asyncio.Event() for name in leaving}
        async with asyncio.TaskGroup() as tasks:
            for name, instance in leaving.items():
                is_server = not instance.service.is_own_code
                users = [gone[user] for user in gone if is_server and name in self._needs(user)]
                tasks.create_task(_send_off(instance, users, gone[name]), name=f"stop {instance.label}")
        for name in leaving:
            self.instances.pop(name, None)
            self._ready.pop(name, None)

    async def exchange(self, means: Means, stale: frozenset[str], services: tuple[Service, ...]) -> None:
        """Take `stale` off and bring `services` on; edges that led to the old ones lead to the new ones."""
        if stale:
            await self.stop(stale)
        self._means = means
        await self.start(services)

    async def clean_up(self) -> None:
        """Run the cleanup scripts, users before those they use."""
        for instance in reversed(list(self.instances.values())):
            try:
                await instance.clean_up()
            except DovetailError as error:
                self._means.hub.note(f"the cleanup of {instance.label} failed: {error}", "error")

    async def _bring_up(self, instance: Instance) -> None:
        try:
            await self._take_through(instance)
        except DovetailError as error:
            instance.fail(error)
            raise
        except (OSError, CalledProcessError) as error:
            failure = NotReadyError(Problem(f"{instance.label} could not be started: {error}", "dovetail doctor"))
            instance.fail(failure)
            raise failure from error
        self._lead_to(instance.service.name)
        self._ready[instance.service.name].set()

    async def _take_through(self, instance: Instance) -> None:
        name = instance.service.name
        laying = asyncio.create_task(instance.lay_out(), name=f"lay out {instance.label}")
        try:
            for needed in self._needs(name):
                if needed in self._ready:
                    await self._ready[needed].wait()
            await laying
        finally:
            laying.cancel()
        await instance.start()
        await self._freeze_behind(instance)

    async def _freeze_behind(self, instance: Instance) -> None:
        """Freeze data once its setup and every job that works on it are done, before anybody else may write."""
        if not self._means.is_copied:
            return
        service = instance.service
        names = [edge.target for edge in service.uses] if service.is_job else [service.name]
        for name in names:
            server = self.instances.get(name)
            if server is None or server.service.is_own_code:
                continue
            jobs = [
                other
                for other in self.instances.values()
                if other.service.is_job and any(edge.target == name for edge in other.service.uses)
            ]
            if all(job is instance or job.state == "done" for job in jobs):
                await self._freeze(server.service.technology, server.address)

    def _needs(self, name: str) -> frozenset[str]:
        return prerequisites(self._means.system).get(name, frozenset())

    def _lead_to(self, name: str) -> None:
        for instance in self.instances.values():
            instance.follow(name, self.instances[name].address)


async def _send_off(instance: Instance, users: list[asyncio.Event], gone: asyncio.Event) -> None:
    try:
        for user in users:
            await user.wait()
        await instance.stop()
        await instance.close()
    finally:
        gone.set()
