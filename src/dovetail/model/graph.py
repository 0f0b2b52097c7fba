"""Questions about the shape of a system: what waits for what, what can be reached, where it goes in circles."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import cast

from msgspec import Struct

from dovetail.model.system import System


class Reach(Struct, frozen=True):
    """What one service can touch by acting: services (itself included) and the names of the edges between them."""

    services: frozenset[str]
    edges: frozenset[str]


def prerequisites(system: System) -> Mapping[str, frozenset[str]]:
    """Return, for each service, the services that must be ready before it starts."""
    return {
        service.name: frozenset(edge.target for edge in service.uses if edge.is_awaited) | frozenset(service.after)
        for service in system.services
    }


def find_cycle(system: System) -> tuple[str, ...]:
    """Return the services of one circle of waiting, the first again at the end; empty where there is none."""
    sorter = TopologicalSorter(prerequisites(system))
    try:
        sorter.prepare()
    except CycleError as circle:
        return tuple(reversed(cast("list[str]", circle.args[1])))
    return ()


def start_order(system: System) -> tuple[tuple[str, ...], ...]:
    """Return waves of services that can start together; needs a system without circles."""
    sorter = TopologicalSorter(prerequisites(system))
    sorter.prepare()
    waves: list[tuple[str, ...]] = []
    while sorter.is_active():
        wave = tuple(sorted(sorter.get_ready()))
        waves.append(wave)
        sorter.done(*wave)
    return tuple(waves)


def reach(system: System, service: str) -> Reach:
    """Follow the edges downwards from `service`."""
    services: set[str] = set()
    edges: set[str] = set()
    waiting = [service]
    while waiting:
        name = waiting.pop()
        if name in services or name not in system.by_name:
            continue
        services.add(name)
        for edge in system.by_name[name].uses:
            edges.add(edge.name)
            waiting.append(edge.target)
    return Reach(frozenset(services), frozenset(edges))
