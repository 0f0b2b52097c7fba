"""The integration points of a system as five tables; called by every drawing of the map."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from dovetail.model.check import Check, steps_of
from dovetail.model.system import Edge, Service, Sla, System

TEMPLATE = re.compile(r"\{\{.*?\}\}")
REQUEST = re.compile(r"[A-Z]+\s+/\S*")


class Point(Struct, frozen=True):
    """One line of a table: `service` meets `other` (a service, or who is not known: "") about `subject`."""

    service: str
    other: str
    technology: str
    subject: str = ""
    is_asynchronous: bool = False
    sla: str = ""
    owner: str = ""
    when_broken: str = ""


class Points(Struct, frozen=True):
    calls: tuple[Point, ...] = ()
    endpoints: tuple[Point, ...] = ()
    published: tuple[Point, ...] = ()
    consumed: tuple[Point, ...] = ()
    stores: tuple[Point, ...] = ()


def read_points(system: System, checks: Sequence[Check] = ()) -> Points:
    """Sort every edge into calls, events and data; endpoints are those that probes and checks name."""
    edges = system.edges.values()
    return Points(
        tuple(point(system, edge) for edge in edges if is_call(system, edge)),
        tuple(endpoints(system, checks)),
        tuple(point(system, edge, event) for edge in edges for event in edge.publishes),
        tuple(point(system, edge, event) for edge in edges for event in edge.consumes),
        tuple(point(system, edge) for edge in edges if not edge.is_asynchronous and not is_call(system, edge)),
    )


def is_call(system: System, edge: Edge) -> bool:
    """Tell whether another program answers: own code or one outside, rather than a store."""
    target = system.by_name[edge.target]
    return not edge.is_asynchronous and (target.is_own_code or bool(target.external))


def point(system: System, edge: Edge, subject: str = "") -> Point:
    return Point(
        edge.source,
        edge.target,
        edge.technology,
        subject or edge.contract,
        edge.is_asynchronous,
        describe_sla(edge.sla),
        edge.owner or system.by_name[edge.target].owner,
        edge.when_broken,
    )


def describe_sla(sla: Sla | None) -> str:
    if sla is None:
        return ""
    parts = [] if sla.p99 is None else [f"p99 {sla.p99 * 1000:g} ms"]
    parts += [] if sla.error_rate is None else [f"errors {sla.error_rate * 100:g}%"]
    return ", ".join(parts)


def endpoints(system: System, checks: Sequence[Check]) -> Iterator[Point]:
    """Yield each endpoint of own code once, in order of services."""
    named: dict[str, dict[str, None]] = {}
    for step in (step for check in checks for step in steps_of(check.actions)):
        request = generalise(step.subject) if isinstance(step.subject, str) else ""
        if REQUEST.fullmatch(request):
            named.setdefault(step.on, {})[request] = None
    for service in system.services:
        if service.is_own_code:
            yield from offered(service, named.get(service.name, {}))


def offered(service: Service, named: dict[str, None]) -> Iterator[Point]:
    probed = {generalise(probe.subject): None for probe in service.ready if probe.kind == "http"}
    if service.contract:
        yield Point(service.name, "", service.technology, service.contract, owner=service.owner)
    for endpoint in sorted(named | probed, key=lambda written: written.split(" ")[::-1]):
        yield Point(service.name, "", service.technology, endpoint, owner=service.owner)


def generalise(request: str) -> str:
    """Return a request without what differs from call to call: `GET /orders/{}`."""
    bare = TEMPLATE.sub("{}", request).split("?", maxsplit=1)[0]
    return f"GET {bare}" if bare.startswith("/") else bare
