"""Which services and edges a check can touch, from the map in the journal. Called by `record` and `cause`."""

from collections.abc import Iterable, Mapping

from dovetail.model.event import MappedEdge


class Reach:
    """Answers for one system; each service's reach is walked once and remembered."""

    def __init__(self, edges: Iterable[MappedEdge]) -> None:
        self._targets: dict[str, set[str]] = {}
        self._ends: dict[str, tuple[str, str]] = {}
        for edge in edges:
            self._targets.setdefault(edge.source, set()).add(edge.target)
            self._ends[edge.name] = (edge.source, edge.target)
        self._known: dict[str, frozenset[str]] = {}

    @property
    def ends(self) -> Mapping[str, tuple[str, str]]:
        return self._ends

    def services(self, starts: Iterable[str]) -> frozenset[str]:
        """Return the services that acting on `starts` can touch, themselves included."""
        return frozenset().union(*(self._walk(start) for start in starts))

    def touches(self, services: frozenset[str], edge: str) -> bool:
        """Tell whether `edge` leads from one of `services`; an edge not on the map is judged by its target."""
        source, target = self._ends.get(edge) or ("", edge.rpartition("->")[2].strip())
        return source in services if source else target in services

    def _walk(self, start: str) -> frozenset[str]:
        if start not in self._known:
            seen: set[str] = set()
            waiting = [start]
            while waiting:
                name = waiting.pop()
                if name not in seen:
                    seen.add(name)
                    waiting.extend(self._targets.get(name, ()))
            self._known[start] = frozenset(seen)
        return self._known[start]
