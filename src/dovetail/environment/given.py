"""The stage on which nothing is started: every service has an address already, so there is nothing to break or end.

Opened by `opening` in the run itself.
"""

from collections.abc import Mapping
from typing import NoReturn

from dovetail.environment.data_copy import DataCopies
from dovetail.environment.hub import Hub
from dovetail.environment.lock import LockTable
from dovetail.environment.selection import require_known
from dovetail.environment.stage import LockWish, LogLine, ServiceState, Sink
from dovetail.errors import Problem, SuiteError
from dovetail.model.address import Address
from dovetail.model.check import FaultOrder
from dovetail.model.event import TornDown
from dovetail.model.exchange import Exchange
from dovetail.model.system import System
from dovetail.plugin.registry import Registry


class GivenStage:
    """Fulfils `Stage`; what is private to a check are copies of its data, where the technology makes them."""

    def __init__(self, system: System, given: Mapping[str, Address], registry: Registry) -> None:
        self._system = system
        self._given = given
        self._copies = DataCopies(registry, self._find_server)
        self._locks = LockTable()
        self._slices: set[str] = set()
        self._hub = Hub()

    async def address(self, service: str, slice_name: str = "") -> Address:
        name, _, suffix = service.partition("@")
        require_known(name, self._given, "service with an address")
        inside = slice_name or suffix
        if inside and inside not in self._slices:
            raise SuiteError(f"there is no open slice {inside}")
        return self._given[name]

    async def lock(self, owner: str, wish: LockWish) -> None:
        await self._locks.lock(owner, wish)

    async def grow(self, owner: str, wish: LockWish) -> bool:
        return await self._locks.grow(owner, wish)

    async def unlock(self, owner: str, kept: frozenset[str] = frozenset()) -> None:
        self._locks.unlock(owner, kept)

    async def inject(self, order: FaultOrder, seconds: float | None, owner: str = "") -> str:
        del seconds, owner
        self._refuse_edge(order.edge)

    async def lift(self, lease: str) -> None:
        """No fault is ever in force here."""

    async def steer(self, service: str, verb: str) -> None:
        del verb
        self._refuse_service(service)

    async def calls(self, edge: str, since: float) -> tuple[Exchange, ...]:
        del since
        self._refuse_edge(edge)

    async def logs(self, service: str = "", since: float = 0.0) -> tuple[LogLine, ...]:
        del since
        if service:
            self._refuse_service(service)
        return ()

    async def states(self) -> tuple[ServiceState, ...]:
        by_name = self._system.by_name
        return tuple(
            ServiceState(name, by_name[name].technology, "given", door=str(address))
            for name, address in self._given.items()
        )

    async def clone(self, service: str, name: str) -> Address:
        return await self._copies.clone(service, name)

    async def drop(self, service: str, name: str) -> None:
        await self._copies.drop(service, name)

    async def reset(self, services: frozenset[str]) -> None:
        await self._copies.reset(services)

    async def open_slice(self, name: str, services: frozenset[str]) -> None:
        """Open a slice that holds nothing of its own: what runs elsewhere is shared by all."""
        del services
        if name in self._slices:
            raise SuiteError(f"the slice {name} is open already")
        self._slices.add(name)

    async def close_slice(self, name: str) -> None:
        self._slices.discard(name)

    def listen(self, sink: Sink) -> None:
        self._hub.listen(sink)

    async def leave(self) -> tuple[str, ...]:
        self._hub.tell(TornDown(self._hub.clock(), 0.0, ()))
        return ()

    async def _find_server(self, service: str) -> tuple[str, Address]:
        address = await self.address(service)
        return self._system.by_name[service.partition("@")[0]].technology, address

    def _refuse_edge(self, edge: str) -> NoReturn:
        require_known(edge, self._system.edges, "edge")
        what = f"the edge {edge} has no proxy here, so it cannot be broken and nobody counts its calls"
        raise SuiteError(Problem(what, "run in an environment whose services are started by Dovetail"))

    def _refuse_service(self, service: str) -> NoReturn:
        require_known(service, self._given, "service with an address")
        raise SuiteError(Problem(f"{service} runs elsewhere: {self._given[service]}", "steer it there"))
