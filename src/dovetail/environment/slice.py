"""Slices: private instances of some services, on copies of the data, behind edges of their own.

Called by the live stage.
"""

import asyncio
from collections.abc import Iterable, Mapping

from msgspec import Struct

from dovetail.environment.cast import Cast
from dovetail.environment.data_copy import DataCopies
from dovetail.environment.instance import Instance
from dovetail.environment.means import Means
from dovetail.errors import SuiteError
from dovetail.model.address import Address
from dovetail.model.graph import reach
from dovetail.model.system import Service


class Slice(Struct, frozen=True):
    cast: Cast
    clones: Mapping[str, Address]
    outside: Mapping[str, Address]


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
        cloned = [service.name for service in inside if self._is_cloned(service)]
        clones = dict(
            zip(cloned, await asyncio.gather(*(self._copies.clone(one, name) for one in cloned)), strict=True)
        )
        cast = Cast(means, {**self._given, **clones}, _leave_as_is, f"@{name}")
        self._open[name] = Slice(cast, clones, self._given)
        try:
            await cast.start(tuple(service for service in inside if service.name not in clones))
        except BaseException:
            await self.close(name)
            raise

    async def close(self, name: str) -> None:
        """Take a slice down; one that is gone already is no error."""
        found = self._open.pop(name, None)
        if found is not None:
            await found.cast.stop()
            await asyncio.gather(*(self._copies.drop(service, name) for service in found.clones))

    async def close_all(self) -> None:
        await asyncio.gather(*(self.close(name) for name in tuple(self._open)))

    async def locate(self, service: str, name: str) -> Address:
        found = self._open.get(name)
        if found is None:
            raise SuiteError(f"there is no open slice {name}")
        return await found.cast.locate(service)

    @property
    def instances(self) -> Iterable[Instance]:
        return [instance for found in self._open.values() for instance in found.cast.instances.values()]

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
