"""Faults in force on the stage's edges, by lease; whoever ordered one and goes away takes it along.

Called by the live stage.
"""

from collections.abc import Callable, Iterable

from dovetail.edge.proxy import EdgeProxy
from dovetail.environment.hub import Hub
from dovetail.environment.selection import require_known
from dovetail.environment.wiring import Joint
from dovetail.errors import Problem, SuiteError
from dovetail.model.check import FaultOrder
from dovetail.model.event import FaultInjected, FaultLifted
from dovetail.model.exchange import Exchange


class FaultTable:
    """`joints` tells which edges there are at the moment; each lease knows its own, whatever becomes of the others."""

    def __init__(self, hub: Hub, joints: Callable[[], Iterable[Joint]]) -> None:
        self._hub = hub
        self._joints = joints
        self._broken: dict[str, tuple[str, EdgeProxy]] = {}

    def inject(self, order: FaultOrder, seconds: float | None, owner: str) -> str:
        proxy = _proxy_of(self._find(order.edge))
        lease = proxy.inject(order, seconds, owner)
        self._broken[lease] = (order.edge, proxy)
        settings = {name: str(value) for name, value in order.settings.items()}
        self._hub.tell(FaultInjected(self._hub.clock(), lease, order.edge, order.kind, settings, owner))
        return lease

    def lift(self, lease: str, why: str = "lifted") -> None:
        """Undo a fault; one that is gone already is no error."""
        edge, proxy = self._broken.pop(lease, ("", None))
        if proxy is None or lease not in {fault.name for fault in proxy.faults}:
            return
        proxy.lift(lease)
        self._hub.tell(FaultLifted(self._hub.clock(), lease, edge, why))

    def lift_all(self, leases: Iterable[str], why: str) -> None:
        for lease in tuple(leases):
            self.lift(lease, why)

    @property
    def leases(self) -> tuple[str, ...]:
        return tuple(self._broken)

    def calls(self, edge: str, since: float) -> tuple[Exchange, ...]:
        """Return what the edge's tap saw since then; an edge without a proxy is no edge without calls."""
        return _proxy_of(self._find(edge)).calls(since)

    def _find(self, edge: str) -> Joint:
        joints = {joint.edge.name: joint for joint in self._joints()}
        require_known(edge, joints, "edge in this environment called")
        return joints[edge]


def _proxy_of(joint: Joint) -> EdgeProxy:
    if joint.proxy is None:
        raise SuiteError(
            Problem(
                f"the edge {joint.edge.name} has no proxy here, so it cannot be broken and nobody counts its calls",
                "an edge has none with --direct or `direct: true`, towards an encrypted address, "
                "and between services that Dovetail did not start",
            )
        )
    return joint.proxy
