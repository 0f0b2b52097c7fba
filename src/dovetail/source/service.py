"""One service under `services:`; called by the system reader."""

from collections.abc import Mapping

from dovetail.errors.nearest import suggest
from dovetail.model.data import Place, Row, Table
from dovetail.model.placeholder import names_for, names_in
from dovetail.model.system import Probe, Service
from dovetail.source.edge import EdgeReader, read_technology
from dovetail.source.entry import Entry
from dovetail.source.grammar import SERVICE
from dovetail.source.lexicon import Lexicon
from dovetail.source.mistake import Mistakes
from dovetail.source.probe import read_probes

OWN_CODE = "http"
START_TIMEOUT = 60.0


class ServiceReader:
    """Reads in two rounds: technologies of all, then each whole, since an edge needs its target's technology."""

    def __init__(self, lexicon: Lexicon, mistakes: Mistakes) -> None:
        self._lexicon = lexicon
        self._mistakes = mistakes

    def read(self, services: Table) -> tuple[Service, ...]:
        entries = {name: entry for name in services if (entry := self._open(services, name)) is not None}
        technologies = {name: read_technology(entry, self._lexicon) or OWN_CODE for name, entry in entries.items()}
        edges = EdgeReader({**dict.fromkeys(services, OWN_CODE), **technologies}, self._lexicon, self._mistakes)
        return tuple(self._read(name, entry, technologies, edges) for name, entry in entries.items())

    def _open(self, services: Table, name: str) -> Entry | None:
        place = services.place_of_key(name)
        if not name or "->" in name or name != name.strip():
            self._mistakes.add(place, f"`{name}` is no name for a service", "use letters, digits and -")
        written = services[name]
        if not isinstance(written, Table):
            self._mistakes.add(
                place, f"the service {name} wants a map", "write at least `run`, `technology` or `external`"
            )
            return None
        entry = Entry(written, SERVICE, place, self._mistakes, f"the service {name}")
        if not any(written.get(key, "") != "" for key in ("run", "technology", "external")):
            self._mistakes.add(
                place,
                f"nothing tells where {name} comes from",
                "write `run: command` for your own code, `technology: name`, or `external: address`",
            )
        if "job" in entry and "run" not in entry:
            self._mistakes.add(written.place_of_key("job"), "a job needs `run`", "write the command that it is")
        return entry

    def _read(self, name: str, entry: Entry, technologies: Mapping[str, str], edges: EdgeReader) -> Service:
        table = entry.table
        uses = edges.read(name, table["uses"], table.place_of_value("uses")) if "uses" in table else ()
        if "run" in entry:
            self._look_at_names(name, table, technologies)
        return Service(
            name,
            technologies[name],
            run=entry.text("run"),
            build=entry.text("build"),
            folder=entry.text("folder"),
            is_job=entry.flag("job"),
            external=entry.text("external"),
            version=entry.text("version"),
            setup=entry.names("setup"),
            cleanup=entry.names("cleanup"),
            settings=entry.map("settings"),
            environment=entry.texts("environment"),
            ready=self._read_ready(entry, technologies[name]),
            start_timeout=self._read_start_timeout(entry),
            uses=uses,
            after=self._read_after(name, entry, technologies),
            topics=entry.names("topics"),
            contract=entry.text("contract"),
            owner=entry.text("owner"),
            place=entry.place,
        )

    def _look_at_names(self, service: str, table: Table, technologies: Mapping[str, str]) -> None:
        """Complain of each `{{ name }}` in its command and environment that nothing will ever be."""
        uses = table.get("uses")
        neighbours = [one for one in uses if isinstance(one, str)] if isinstance(uses, Table | Row) else []
        known = names_for(neighbours)
        environment = table.get("environment")
        texts = [(table["run"], table.place_of_value("run"))]
        if isinstance(environment, Table):
            texts += [(text, environment.place_of_value(key)) for key, text in environment.items()]
        for text, place in texts:
            for name in sorted(names_in(text) - known) if isinstance(text, str) else ():
                is_stranger = name.partition(".")[0] in technologies.keys() - set(neighbours)
                now = f"name it under `uses:` of {service}" if is_stranger else suggest(name, known)
                self._mistakes.add(place, f"nothing is named {{{{ {name} }}}} here", now)

    def _read_ready(self, entry: Entry, technology: str) -> tuple[Probe, ...]:
        if "ready" in entry:
            return read_probes(entry.table["ready"], entry.table.place_of_value("ready"), self._mistakes)
        if "external" in entry or entry.flag("job") or technology == OWN_CODE:
            return ()
        return (Probe("technology", place=entry.place),)

    def _read_start_timeout(self, entry: Entry) -> float:
        seconds = entry.number("start_timeout")
        if seconds == 0:
            place = entry.table.place_of_value("start_timeout")
            self._mistakes.add(place, "nothing is ready within 0 s", "write 60s, or leave `start_timeout` out")
        return START_TIMEOUT if seconds is None else seconds

    def _read_after(self, name: str, entry: Entry, technologies: Mapping[str, str]) -> tuple[str, ...]:
        after = entry.names("after")
        for other in after:
            if other not in technologies or other == name:
                place = place_of_name(entry.table, "after", other)
                self._mistakes.add(
                    place,
                    f"{name} waits for `{other}`, which is no other service",
                    suggest(other, technologies.keys() - {name}),
                )
        return after


def place_of_name(table: Table, key: str, name: str) -> Place:
    """Return where `name` stands in the list under `key`."""
    listed = table[key]
    if isinstance(listed, Row) and name in listed:
        return listed.place_of_item(listed.index(name))
    return table.place_of_value(key)
