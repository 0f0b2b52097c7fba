"""The joints of one instance: a door for every edge, and how the addresses reach the service.

Called by an instance before its service starts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from dovetail.edge.proxy import EdgeProxy, Fittings, open_edge
from dovetail.environment.means import Means
from dovetail.model.address import Address
from dovetail.model.event import ExchangeSeen, FaultLifted
from dovetail.model.exchange import Exchange
from dovetail.model.system import Edge, Service

Locate = Callable[[str], Awaitable[Address]]
ENCRYPTED = frozenset({"https", "rediss", "wss", "amqps", "mqtts", "ftps", "ldaps", "smtps", "nats+tls", "grpcs"})


class Joint(Struct, frozen=True):
    """An edge as built: `door` is the address its source gets; without a proxy that is the target itself."""

    edge: Edge
    target: str
    door: Address
    proxy: EdgeProxy | None = None


async def open_joints(service: Service, suffix: str, locate: Locate, means: Means) -> tuple[Joint, ...]:
    return tuple([await _open_joint(edge, suffix, await locate(edge.target), means) for edge in service.uses])


async def close_joints(joints: tuple[Joint, ...]) -> None:
    await asyncio.gather(*(joint.proxy.close() for joint in joints if joint.proxy is not None))


def injected(joints: tuple[Joint, ...]) -> Mapping[str, str]:
    """Return the variables in which a service finds its edges."""
    return {joint.edge.address: str(joint.door) for joint in joints if joint.edge.address}


def values_for(own: Address, joints: tuple[Joint, ...]) -> Mapping[str, str]:
    """Return the names that a service's command and environment may use in `{{ }}`."""
    values = {"port": str(own.port), "host": own.host, "address": str(own)}
    for joint in joints:
        name, door = joint.target, joint.door
        values |= {
            name: str(door),
            f"{name}.url": door.url,
            f"{name}.host": door.host,
            f"{name}.port": str(door.port),
            f"{name}.address": str(door),
        }
    return values


async def _open_joint(edge: Edge, suffix: str, target: Address, means: Means) -> Joint:
    named = replace(edge, source=edge.source + suffix, target=edge.target + suffix)
    if means.is_direct or not edge.is_proxied:
        return Joint(named, edge.target, target)
    if target.scheme in ENCRYPTED:
        means.hub.note(f"{named.name} is encrypted to {target.host} and goes round its edge proxy")
        return Joint(named, edge.target, target)

    def hear(exchange: Exchange) -> None:
        means.hub.tell(ExchangeSeen(means.hub.clock(), exchange))

    def lapsed(lease: str) -> None:
        means.hub.tell(FaultLifted(means.hub.clock(), lease, named.name, "its time ran out"))

    tap, faults = means.registry.tap(edge.technology), means.registry.fault(edge.technology)
    fittings = Fittings(tap, faults, means.chance, means.hub.clock, lapsed)
    proxy = await open_edge(named, target, hear, fittings)
    return Joint(named, edge.target, proxy.door, proxy)
