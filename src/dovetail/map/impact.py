"""What happens to the others if one service is down, by what each edge says it does when broken; called by the map."""

from msgspec import Struct

from dovetail.model.system import Edge, System

SOFT = frozenset({"degrade", "queue"})


class Impact(Struct, frozen=True):
    """`fail` cannot do their work, `degrade` answer with less, `queue` catch up later; each in order of names."""

    service: str
    fail: tuple[str, ...] = ()
    degrade: tuple[str, ...] = ()
    queue: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [
            f"{join(names)} {verb if len(names) > 1 else singular}"
            for names, verb, singular in (
                (self.fail, "fail", "fails"),
                (self.degrade, "answer with less", "answers with less"),
                (self.queue, "catch up later", "catches up later"),
            )
            if names
        ]
        return f"if {self.service} is down: {'; '.join(parts) or 'nobody else is touched'}"


def impact(system: System, service: str) -> Impact:
    """Follow the edges upwards: a failure goes on through every edge that neither degrades nor queues."""
    users = edges_by_target(system)
    reached: dict[str, str] = {service: "fail"}
    waiting = [service]
    while waiting:
        for edge in users.get(waiting.pop(), ()):
            how = when_broken(edge)
            if reached.get(edge.source) == "fail" or (how in SOFT and edge.source in reached):
                continue
            reached[edge.source] = how
            if how == "fail":
                waiting.append(edge.source)
    del reached[service]
    by_kind = {
        kind: tuple(sorted(n for n, how in reached.items() if how == kind)) for kind in ("fail", "degrade", "queue")
    }
    return Impact(service, **by_kind)


def when_broken(edge: Edge) -> str:
    """Return fail, degrade or queue; one that only listens for events waits for them, if nothing else is said."""
    if edge.when_broken in SOFT:
        return edge.when_broken
    only_listens = bool(edge.consumes) and not edge.publishes
    return "queue" if only_listens and not edge.when_broken else "fail"


def edges_by_target(system: System) -> dict[str, list[Edge]]:
    users: dict[str, list[Edge]] = {}
    for edge in system.edges.values():
        users.setdefault(edge.target, []).append(edge)
    return users


def join(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
