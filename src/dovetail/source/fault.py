"""`fault:` in all its forms, as orders to break edges; called by the readers of checks and steps."""

from dovetail.errors.nearest import suggest
from dovetail.model.check import FaultOrder
from dovetail.model.data import Data, Place, Row, Table
from dovetail.model.system import System
from dovetail.model.vocabulary import FaultWord
from dovetail.source.entry import read_value
from dovetail.source.lexicon import Lexicon, edge_name
from dovetail.source.mistake import Mistakes
from dovetail.source.value import describe

FORM = "write {on: orders -> payments, latency: 200ms}"


class FaultReader:
    """Knows the edges that can be broken and the ways to break them."""

    def __init__(self, system: System, lexicon: Lexicon, mistakes: Mistakes) -> None:
        self._system = system
        self._faults = lexicon.faults
        self._mistakes = mistakes

    def read(self, written: Data, place: Place) -> tuple[FaultOrder, ...]:
        """Read one fault or a list of them."""
        if isinstance(written, Row):
            if not written:
                self._mistakes.add(place, "`fault` lists nothing", FORM)
            return tuple(order for n, item in enumerate(written) for order in self.read(item, written.place_of_item(n)))
        if isinstance(written, Table):
            return self._read(written, place)
        self._mistakes.add(place, f"a fault wants a map, got {describe(written)}", FORM)
        return ()

    def _read(self, table: Table, place: Place) -> tuple[FaultOrder, ...]:
        if "on" not in table:
            self._mistakes.add(place, "the fault lacks `on`: the edge to break", FORM)
            return ()
        kinds = [key for key in table if key != "on"]
        if not kinds:
            self._mistakes.add(place, "the fault does not say how to break the edge", suggest("", self._faults))
        edge = self._read_edge(table)
        orders = [self._read_kind(table, kind, edge) for kind in kinds]
        return tuple(order for order in orders if order is not None)

    def _read_edge(self, table: Table) -> str:
        written, place = table["on"], table.place_of_value("on")
        edge = edge_name(written) if isinstance(written, str) else ""
        if edge in self._system.edges:
            if not self._system.edges[edge].is_proxied:
                self._mistakes.add(
                    place, f"{edge} is direct: nothing stands on it that could break it", "remove `direct`"
                )
            return edge
        towards = [name for name, known in self._system.edges.items() if known.target == edge]
        if towards:
            self._mistakes.add(
                place, f"`{edge}` is a service; a fault breaks an edge", f"write one of: {', '.join(towards)}"
            )
        else:
            self._mistakes.add(place, f"there is no edge {describe(written)}", suggest(edge, self._system.edges))
        return ""

    def _read_kind(self, table: Table, kind: str, edge: str) -> FaultOrder | None:
        word = self._faults.get(kind)
        place = table.place_of_key(kind)
        if word is None:
            self._mistakes.add(place, f"there is no fault `{kind}`", suggest(kind, {*self._faults, "on"}))
            return None
        if not edge:
            self._read_settings(table, word)
            return None
        technology = self._system.edges[edge].technology
        if word.technologies and technology not in word.technologies:
            fitting = {
                name for name, other in self._faults.items() if technology in (other.technologies or (technology,))
            }
            self._mistakes.add(place, f"`{kind}` cannot break {edge}, which speaks {technology}", suggest("", fitting))
        settings = self._read_settings(table, word)
        return None if settings is None else FaultOrder(edge, kind, settings, place)

    def _read_settings(self, table: Table, word: FaultWord) -> dict[str, Data] | None:
        written = table[word.name]
        if isinstance(written, Table):
            return self._read_long(written, word, table.place_of_key(word.name))
        if word.value is None:
            if written in (None, True):
                return {}
            self._mistakes.add(table.place_of_value(word.name), f"`{word.name}` wants a map", word.doc)
            return None
        if written is None and word.value.kind == "bool":
            return {word.value.name: True}
        short = Table(table.file)
        short[word.value.name] = written
        short.marks[word.value.name] = table.marks[word.name]
        read = read_value(short, word.value, self._mistakes)
        return None if read is None else {word.value.name: read}

    def _read_long(self, written: Table, word: FaultWord, place: Place) -> dict[str, Data] | None:
        known = {field.name: field for field in (*word.fields, *((word.value,) if word.value else ()))}
        about = f"the fault {word.name}"
        if not written and word.value is not None and word.value.kind != "bool":
            self._mistakes.add(place, f"{about} says nothing", f"write {word.name}: {word.value.doc}")
            return None
        for name in written.keys() - known.keys():
            self._mistakes.add(written.place_of_key(name), f"{about} has no key `{name}`", suggest(name, known))
        for field in word.fields:
            if field.is_required and field.name not in written:
                self._mistakes.add(place, f"{about} lacks `{field.name}`", field.doc)
        settings = {name: read_value(written, known[name], self._mistakes) for name in written if name in known}
        return {name: value for name, value in settings.items() if value is not None}
