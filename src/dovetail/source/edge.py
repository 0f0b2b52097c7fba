"""`uses:` in all its forms: the joints of a service; called by the service reader."""

from collections.abc import Mapping

from dovetail.errors.nearest import suggest
from dovetail.model.data import Data, Place, Row, Table
from dovetail.model.system import Edge, Sla
from dovetail.source.entry import Entry
from dovetail.source.grammar import BREAKER, EDGE, RETRIES, SLA, Keys
from dovetail.source.lexicon import Lexicon
from dovetail.source.mistake import Mistakes

FORMS = "write a map: {payments: {address: PAYMENTS_URL}}, {payments: PAYMENTS_URL}, or a list of names"


class EdgeReader:
    """Knows every service's technology, so that an edge can take its target's."""

    def __init__(self, technologies: Mapping[str, str], lexicon: Lexicon, mistakes: Mistakes) -> None:
        self._technologies = technologies
        self._lexicon = lexicon
        self._mistakes = mistakes

    def read(self, source: str, written: Data, place: Place) -> tuple[Edge, ...]:
        """Read all edges of the service `source`."""
        if isinstance(written, Table):
            edges = [self._read_edge(source, name, written[name], written.place_of_key(name)) for name in written]
        elif isinstance(written, Row):
            edges = [self._read_listed(source, item, written.place_of_item(n)) for n, item in enumerate(written)]
        elif written is None:
            edges = []
        else:
            self._mistakes.add(place, "`uses` wants a map of services", FORMS)
            edges = []
        found = tuple(edge for edge in edges if edge is not None)
        self._refuse_repeated(found)
        return found

    def _refuse_repeated(self, edges: tuple[Edge, ...]) -> None:
        """Complain of a neighbour named twice, and of a variable that would get two addresses."""
        targets: set[str] = set()
        variables: dict[str, str] = {}
        for edge in edges:
            if edge.target in targets:
                self._mistakes.add(edge.place, f"{edge.source} uses {edge.target} twice", "remove one of the two")
            elif edge.address and edge.address in variables:
                what = f"{edge.address} cannot hold the addresses of both {variables[edge.address]} and {edge.target}"
                self._mistakes.add(edge.place, what, "give each its own variable")
            targets.add(edge.target)
            variables[edge.address] = edge.target

    def _read_listed(self, source: str, item: Data, place: Place) -> Edge | None:
        if isinstance(item, str):
            return self._read_edge(source, item, None, place)
        self._mistakes.add(place, "`uses` wants names here", FORMS)
        return None

    def _read_edge(self, source: str, target: str, written: Data, place: Place) -> Edge | None:
        if target not in self._technologies:
            self._mistakes.add(
                place,
                f"{source} uses `{target}`, which is no service",
                suggest(target, self._technologies.keys() - {source}),
            )
            return None
        if target == source:
            self._mistakes.add(place, f"{source} uses itself", "remove this edge")
            return None
        technology = self._technologies[target]
        if isinstance(written, str):
            return Edge(source, target, technology, written, place=place)
        if written is None:
            return Edge(source, target, technology, place=place)
        if not isinstance(written, Table):
            self._mistakes.add(place, f"the edge {source} -> {target} wants a map or a variable's name", FORMS)
            return None
        return self._build(
            Entry(written, EDGE, place, self._mistakes, f"the edge {source} -> {target}"), source, target
        )

    def _build(self, entry: Entry, source: str, target: str) -> Edge:
        return Edge(
            source,
            target,
            read_technology(entry, self._lexicon) or self._technologies[target],
            address=entry.text("address"),
            publishes=entry.names("publishes"),
            consumes=entry.names("consumes"),
            sla=read_sla(entry),
            timeout=entry.number("timeout"),
            retries=read_settings(entry, "retries", RETRIES),
            breaker=read_settings(entry, "breaker", BREAKER),
            when_broken=entry.text("when_broken"),
            owner=entry.text("owner"),
            contract=entry.text("contract"),
            is_proxied=not entry.flag("direct"),
            is_awaited=entry.flag("wait", default=True),
            place=entry.place,
        )


def read_technology(entry: Entry, lexicon: Lexicon) -> str:
    """Return the technology's own name for any of its names; "" where none is written or it is not known."""
    written = entry.text("technology")
    if written in lexicon.technologies or (not written and entry.table.get("technology") != ""):
        return lexicon.technologies.get(written, "")
    place = entry.table.place_of_value("technology")
    entry.mistakes.add(place, f"the technology `{written}` is not known", suggest(written, lexicon.technologies))
    return ""


def read_sla(entry: Entry) -> Sla | None:
    if "sla" not in entry:
        return None
    sla = Entry(entry.map("sla"), SLA, entry.table.place_of_key("sla"), entry.mistakes)
    return Sla(sla.number("p99"), sla.number("error_rate"))


def read_settings(entry: Entry, key: str, keys: Keys) -> Mapping[str, Data]:
    """Read a map of settings into plain values."""
    if key not in entry:
        return {}
    inner = Entry(entry.map(key), keys, entry.table.place_of_key(key), entry.mistakes)
    return {name: value for name in inner.table if name in keys.by_name and (value := inner.value(name)) is not None}
