"""`environments:` and the choice among them; called by the system reader and by whoever starts a run."""

from dovetail.errors import Problem, UsageError
from dovetail.errors.nearest import suggest
from dovetail.model.address import parse_address
from dovetail.model.data import Place, Table
from dovetail.model.system import EnvironmentSpec, System
from dovetail.source.entry import Entry
from dovetail.source.grammar import ENVIRONMENT
from dovetail.source.lexicon import edge_name
from dovetail.source.mistake import Mistakes
from dovetail.source.variable import Variables

LOCAL = "local"


class EnvironmentReader:
    """Keeps an address whose variable is missing as it is written: only a run in that environment needs it."""

    def __init__(
        self, services: frozenset[str], edges: frozenset[str], variables: Variables, mistakes: Mistakes
    ) -> None:
        self._services = services
        self._edges = edges
        self._variables = variables
        self._mistakes = mistakes

    def read(self, table: Table) -> tuple[EnvironmentSpec, ...]:
        return tuple(self._read(name, table) for name in table)

    def _read(self, name: str, environments: Table) -> EnvironmentSpec:
        place = environments.place_of_key(name)
        written = environments[name]
        if written is None:
            return EnvironmentSpec(name, place=place)
        if not isinstance(written, Table):
            self._mistakes.add(
                place, f"the environment {name} wants a map", "write services with their addresses, or {}"
            )
            return EnvironmentSpec(name, place=place)
        options, named = split(written)
        entry = Entry(options, ENVIRONMENT, place, self._mistakes, f"the environment {name}")
        addresses: dict[str, str] = {}
        missing: list[str] = []
        for service in named:
            text = self._read_address(name, service, named)
            lacking = self._variables.missing(text)
            missing += lacking
            addresses[service] = text if lacking else self._fill(text, named.place_of_value(service))
        allowed = tuple(self._read_allowed(entry, item) for item in entry.names("allow"))
        return EnvironmentSpec(name, addresses, entry.flag("read_only"), allowed, tuple(missing), place)

    def _read_address(self, name: str, service: str, named: Table) -> str:
        if service not in self._services:
            choices = self._services | ENVIRONMENT.by_name.keys()
            self._mistakes.add(
                named.place_of_key(service),
                f"{name} gives `{service}` an address, but it is no service",
                suggest(service, choices),
            )
        address = named[service]
        if isinstance(address, str):
            return address
        self._mistakes.add(
            named.place_of_key(service),
            f"{service} wants an address in {name}",
            "write a URL or host:port; leave it out to start it",
        )
        return ""

    def _fill(self, text: str, place: Place) -> str:
        filled = self._variables.text(text, place)
        try:
            parse_address(filled)
        except ValueError as wrong:
            self._mistakes.add(place, f"this is no address: {wrong}", "write a URL or host:port")
        return filled

    def _read_allowed(self, entry: Entry, written: str) -> str:
        name = edge_name(written)
        known = self._services | self._edges
        if name not in known:
            self._mistakes.add(
                entry.table.place_of_value("allow"),
                f"`{written}` is neither a service nor an edge",
                suggest(name, known),
            )
        return name


def split(written: Table) -> tuple[Table, Table]:
    """Part the options of an environment from the services it names."""
    options, named = Table(written.file), Table(written.file)
    for key, value in written.items():
        is_option = key in ENVIRONMENT.by_name or key in ENVIRONMENT.later
        part = options if is_option else named
        part[key] = value
        part.marks[key] = written.marks[key]
    return options, named


def choose_environment(system: System, name: str) -> EnvironmentSpec:
    """Return the environment `name`; unknown, or with variables that nobody set, is a UsageError."""
    known = {environment.name: environment for environment in system.environments}
    if name == LOCAL and name not in known:
        return EnvironmentSpec(LOCAL)
    if name not in known:
        raise UsageError(Problem(f"there is no environment `{name}`", suggest(name, {*known, LOCAL})))
    chosen = known[name]
    if chosen.missing:
        names = ", ".join(f"`{variable}`" for variable in chosen.missing)
        place = chosen.place
        raise UsageError(
            Problem(
                f"the environment {name} needs {names}, which {'is' if len(chosen.missing) == 1 else 'are'} not set",
                f"set it: export {chosen.missing[0]}=…",
                place.file,
                place.line,
                place.column,
            )
        )
    return chosen
