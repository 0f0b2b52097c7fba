"""Private copies of servers' data: frozen as set up, cloned, dropped, set back.

Called by the live stage for the isolations clone, reset and slice.
"""

import asyncio
from collections.abc import Awaitable, Callable

from dovetail.errors import Problem, StageError, SuiteError
from dovetail.errors.cause import first_cause
from dovetail.model.address import Address
from dovetail.plugin.registry import Registry
from dovetail.plugin.sandbox import Sandbox

Find = Callable[[str], Awaitable[tuple[str, Address]]]


class DataCopies:
    """`find` returns a service's technology and its server's address; data that was not `is_frozen` has no copies."""

    def __init__(self, registry: Registry, find: Find, *, is_frozen: bool = True) -> None:
        self._is_frozen = is_frozen
        self._registry = registry
        self._find = find
        self._clones: set[tuple[str, str]] = set()

    async def freeze(self, technology: str, address: Address) -> None:
        """Remember a server's data as it is now, where its technology can."""
        sandbox = self._registry.sandbox(technology)
        if sandbox is not None:
            await sandbox.freeze(address)

    def can_copy(self, technology: str) -> bool:
        return self._registry.sandbox(technology) is not None

    async def clone(self, service: str, name: str) -> Address:
        """Make a copy; one that was begun can be dropped, whether it was finished or not."""
        sandbox, address = await self._sandbox(service)
        self._clones.add((service, name))
        return await sandbox.clone(address, name)

    async def drop(self, service: str, name: str) -> None:
        """Remove a clone; one that is gone already is no error."""
        if (service, name) in self._clones:
            sandbox, address = await self._sandbox(service)
            await sandbox.drop(address, name)
            self._clones.discard((service, name))

    async def reset(self, services: frozenset[str]) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                for service in sorted(services):
                    tasks.create_task(self._reset(service), name=f"reset {service}")
        except BaseExceptionGroup as several:
            raise first_cause(several) from None

    async def _reset(self, service: str) -> None:
        sandbox, address = await self._sandbox(service)
        await sandbox.reset(address)

    async def _sandbox(self, service: str) -> tuple[Sandbox, Address]:
        if not self._is_frozen:
            what = f"the data of {service} was not remembered when the environment was started"
            raise StageError(Problem(what, "mark the check where pytest collects it: @pytest.mark.isolation(…)"))
        technology, address = await self._find(service)
        sandbox = self._registry.sandbox(technology)
        if sandbox is None:
            raise SuiteError(
                Problem(f"{service} ({technology}) cannot be copied or set back", "use `isolation: unique` or a lock")
            )
        return sandbox, address
