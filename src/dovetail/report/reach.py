"""Which services and edges a check can touch, from the map in the journal. Called by `record` and `case`'s rules."""

import re
from collections.abc import Iterable, Mapping
from typing import Protocol

from dovetail.report.fact import find_original

_WORD = r"[\w.$-]+"


class Link(Protocol):
    """What is asked of an edge here; those of the journal and those of a record both have it."""

    @property
    def name(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def publishes(self) -> tuple[str, ...]: ...
    @property
    def consumes(self) -> tuple[str, ...]: ...


class Reach:
    """Answers for one system; each service's reach is walked once and remembered."""

    def __init__(self, edges: Iterable[Link]) -> None:
        self._targets: dict[str, set[str]] = {}
        self._ends: dict[str, tuple[str, str]] = {}
        self._publishers: dict[str, set[str]] = {}
        self._heard: dict[str, set[str]] = {}
        self._brokers: set[str] = set()
        for edge in edges:
            self._targets.setdefault(edge.source, set()).add(edge.target)
            self._ends[edge.name] = (edge.source, edge.target)
            for topic in edge.publishes:
                self._publishers.setdefault(topic, set()).add(edge.source)
            if edge.consumes:
                self._heard.setdefault(edge.source, set()).update(edge.consumes)
            if edge.consumes or edge.publishes:
                self._brokers.add(edge.target)
        self._known: dict[str, frozenset[str]] = {}

    @property
    def ends(self) -> Mapping[str, tuple[str, str]]:
        return self._ends

    def services(self, starts: Iterable[str]) -> frozenset[str]:
        """Return the services that acting on `starts` can touch, themselves included."""
        return frozenset().union(*(self._walk(start) for start in starts))

    def user(self, edge: str) -> str:
        """Return the instance whose users can touch `edge`: its source, or its target where it is not on the map."""
        source, _, target = edge.partition("->")
        return (source if find_original(edge) in self._ends else target).strip()

    def senders(self, told: str) -> frozenset[str]:
        """Return who publishes a topic that is named in `told`, and those it takes that nobody asks directly."""
        named = re.findall(_WORD, told)
        return self._with_sources(name for topic in named for name in self._publishers.get(topic, ()))

    def feeders(self, service: str) -> frozenset[str]:
        """Return who can bring about, by events, what is waited for at `service`."""
        shown = self._walk(service)
        hearing = (
            name for name in self._heard if name in shown or not self._targets[name].isdisjoint(shown - self._brokers)
        )
        return self._with_sources(hearing)

    def _with_sources(self, starts: Iterable[str]) -> frozenset[str]:
        """Add, to those who act on events, what they need and whose events they hear.

        What others need shows where they are asked.
        """
        acting: set[str] = set()
        waiting = list(starts)
        while waiting:
            name = waiting.pop()
            if name not in acting:
                acting.add(name)
                waiting.extend(
                    source for topic in self._heard.get(name, ()) for source in self._publishers.get(topic, ())
                )
        return self.services(name for name in acting if name in self._heard) | acting

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
