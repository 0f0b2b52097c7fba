"""Which services a stage must start and which run elsewhere already. A pure function of the order.

Called by `live` and `opening`.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from dovetail.environment.order import StageOrder
from dovetail.errors import NotReadyError, Problem, SuiteError
from dovetail.errors.nearest import nearest
from dovetail.model.address import Address, parse_address
from dovetail.model.graph import find_cycle, prerequisites
from dovetail.model.system import EnvironmentSpec, Service, System
from dovetail.plugin.registry import Registry

ENCRYPTED_WEB = 443


class Selection(Struct, frozen=True):
    """`start` are the services that need a process of ours, `given` the addresses of the others."""

    start: tuple[Service, ...]
    given: Mapping[str, Address]


def select(order: StageOrder, registry: Registry) -> Selection:
    """Follow the edges from what was asked for; an unknown name and a circle of waiting are errors.

    In a read-only environment nothing is started: what has no address there is refused, or left out of a partial order.
    """
    system = order.system
    for name in sorted(order.services):
        require_known(name, system.by_name, "service")
    circle = find_cycle(system)
    if circle:
        place = system.by_name[circle[0]].place
        raise SuiteError(
            Problem(
                f"services wait for each other in a circle: {' -> '.join(circle)}",
                "let one of these edges not be awaited: `wait: false`", place.file, place.line,
            )
        )  # fmt: skip
    addresses = _locate(order)
    start = _needed(order, addresses)
    given = {name: _given(system.by_name[name], text, registry) for name, text in addresses.items() if text}
    if order.environment.is_read_only:
        lacking = start & find_lacking(system, order.environment)
        if lacking and not order.is_partial:
            raise NotReadyError(tell_lacking(order.environment, lacking))
        start = frozenset()
    for name in sorted(start):
        _require_startable(system.by_name[name], registry)
    return Selection(tuple(service for service in system.services if service.name in start), given)


def find_started(order: StageOrder) -> frozenset[str]:
    """Return the names of the services that need a process of ours."""
    return frozenset() if order.environment.is_read_only else _needed(order, _locate(order))


def find_lacking(system: System, environment: EnvironmentSpec | None) -> frozenset[str]:
    """Return the services that a read-only environment has no address for; a job needs none: nobody speaks to it."""
    if environment is None or not environment.is_read_only:
        return frozenset()
    given = environment.addresses
    return frozenset(s.name for s in system.services if not (s.is_job or s.external or given.get(s.name)))


def tell_lacking(environment: EnvironmentSpec, services: Iterable[str]) -> Problem:
    """Say what a read-only environment has no address for, and where it is written."""
    names, place = sorted(services), environment.place
    written = ", ".join(f"`{name}: <address>`" for name in names)
    return Problem(
        f"the environment {environment.name} is read-only and has no address for {', '.join(names)}",
        f"write {written} below `environments: {environment.name}:`", place.file, place.line,
    )  # fmt: skip


def spell_lacking(environment: EnvironmentSpec, services: Iterable[str]) -> str:
    """Say the same on one line, as the reason why a check is not played."""
    problem = tell_lacking(environment, services)
    return f"{problem.what}: {problem.now} in {problem.spot}"


def require_known(name: str, known: Iterable[str], what: str) -> None:
    """Raise with the nearest name where `name` is none of `known`."""
    names = sorted(known)
    if name in names:
        return
    near = nearest(name, names)
    raise SuiteError(
        Problem(f"there is no {what} {name}", f"did you mean {near}?" if near else f"there are: {', '.join(names)}")
    )


def _locate(order: StageOrder) -> Mapping[str, str]:
    given = order.environment.addresses
    return {service.name: given.get(service.name) or service.external for service in order.system.services}


def _needed(order: StageOrder, addresses: Mapping[str, str]) -> frozenset[str]:
    """Return what must be started; whatever runs elsewhere brings its own neighbours."""
    system: System = order.system
    before = prerequisites(system)
    waiting = list(order.services or system.by_name)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in found or addresses.get(name):
            continue
        found.add(name)
        waiting += [edge.target for edge in system.by_name[name].uses]
        waiting += before[name]
        waiting += [job.name for job in system.services if job.is_job and name in {e.target for e in job.uses}]
    return frozenset(found)


def _require_startable(service: Service, registry: Registry) -> None:
    if "launcher" in registry.sheet(service.launched_by).parts:
        return
    place = service.place
    raise NotReadyError(
        Problem(
            f"nothing can start {service.name}: it has no `run:`, and {service.technology} brings no server",
            f"give it `run:`, or an address in the environment: {service.name}: <url>", place.file, place.line,
        )
    )  # fmt: skip


def _given(service: Service, text: str, registry: Registry) -> Address:
    port = ENCRYPTED_WEB if text.startswith("https:") else registry.sheet(service.technology).port
    return parse_address(text, port)
