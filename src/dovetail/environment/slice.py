"""Slices: private instances of some services, on copies of the data, behind edges of their own.

Called by the live stage.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from dovetail.environment.cast import Cast
from dovetail.environment.data_copy import DataCopies
from dovetail.environment.instance import Instance
from dovetail.environment.means import Means
from dovetail.errors import DovetailError, SuiteError
from dovetail.errors.cause import first_cause
from dovetail.model.address import Address
from dovetail.model.graph import reach
from dovetail.model.system import Service


class Slice(Struct, frozen=True):
    """Its own instances and the names of the servers whose data it has a copy of; who closes it has the `turn`."""

    cast: Cast
    cloned: tuple[str, ...]
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Slices:
    """`given` are the addresses of services that run elsewhere and are shared by all."""

    def __init__(self, copies: DataCopies, given: Mapping[str, Address]) -> None:
        self._copies = copies
        self._given = given
        self._open: dict[str, Slice] = {}

    async def open(self, name: str, services: frozenset[str], means: Means) -> None:
        """Start a slice; what was begun is taken back where it cannot be finished."""
        if name in self._open:
            raise SuiteError(f"the slice {name} is open already")
        inside = self._inside(services, means)
        cloned = tuple(service.name for service in inside if self._is_cloned(service))
        outside = dict(self._given)
        cast = Cast(means, outside, _leave_as_is, f"@{name}")
        self._open[name] = Slice(cast, cloned)
        try:
            outside |= await self._clone(cloned, name)
            await cast.start(tuple(service for service in inside if service.name not in cloned))
        except BaseException:
            with contextlib.suppress(DovetailError):
                await self.close(name)
            raise

    async def close(self, name: str) -> None:
        """Take a slice down; one that is gone already is no error.

        It stays known until it is gone, so that whoever is broken off at this leaves it to the next.
        """
        found = self._open.get(name)
        if found is None:
            return
        async with found.turn:
            if self._open.get(name) is not found:
                return
            await found.cast.stop()
            drops = (self._copies.drop(service, name) for service in found.cloned)
            failures = [failed for failed in await asyncio.gather(*drops, return_exceptions=True) if failed]
            self._open.pop(name, None)
        for failure in failures:
            raise failure

    async def end_all(self) -> None:
        """Stop what every slice runs; copies of data end with the servers that hold them."""
        await asyncio.gather(*(found.cast.stop() for found in self._open.values()))
        self._open.clear()

    async def locate(self, service: str, name: str) -> Address:
        found = self._open.get(name)
        if found is None:
            raise SuiteError(f"there is no open slice {name}")
        return await found.cast.locate(service)

    @property
    def instances(self) -> Iterable[Instance]:
        return [instance for found in self._open.values() for instance in found.cast.instances.values()]

    async def _clone(self, services: tuple[str, ...], name: str) -> Mapping[str, Address]:
        try:
            async with asyncio.TaskGroup() as tasks:
                clones = {
                    service: tasks.create_task(self._copies.clone(service, name), name=f"clone {service}")
                    for service in services
                }
        except BaseExceptionGroup as several:
            raise first_cause(several) from None
        return {service: clone.result() for service, clone in clones.items()}

    def _inside(self, services: frozenset[str], means: Means) -> tuple[Service, ...]:
        system = means.system
        names = {name for service in services for name in reach(system, service).services} - set(self._given)
        fresh = {name for name in names if not self._is_cloned(system.by_name[name])}
        jobs = {s.name for s in system.services if s.is_job and {edge.target for edge in s.uses} & fresh}
        finished = {s.name for s in system.services if s.is_job} - jobs
        return tuple(service for service in system.services if service.name in (names | jobs) - finished)

    def _is_cloned(self, service: Service) -> bool:
        return not service.is_own_code and self._copies.can_copy(service.technology)


async def _leave_as_is(_technology: str, _address: Address) -> None:
    """Freeze nothing: what a slice holds ends with it."""
