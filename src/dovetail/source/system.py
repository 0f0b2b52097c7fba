"""dovetail.yaml as a System; called by the app and by the stage process."""

from collections.abc import Mapping
from pathlib import Path

from dovetail.model.data import Place, Table
from dovetail.model.graph import find_cycle
from dovetail.model.system import Edge, Service, System
from dovetail.model.vocabulary import Vocabulary
from dovetail.source.document import build, read_text, shown
from dovetail.source.entry import Entry
from dovetail.source.environment import EnvironmentReader
from dovetail.source.grammar import SYSTEM
from dovetail.source.lexicon import Lexicon
from dovetail.source.mistake import Mistakes
from dovetail.source.secret import read_secrets
from dovetail.source.service import ServiceReader
from dovetail.source.variable import Variables


def read_system(file: Path, words: Vocabulary, variables: Mapping[str, str]) -> System:
    """Read dovetail.yaml; every mistake in it is raised together in one SuiteError."""
    folder = file.absolute().parent
    mistakes = Mistakes()
    text = read_text(file)
    document = build(text, shown(file))
    if not isinstance(document, Table):
        mistakes.add(Place(document.file, 1), "this file holds a list", "write keys: `system:`, `services:` …")
        mistakes.raise_all()
        return System("", str(folder))
    if not document:
        mistakes.add(Place(document.file, 1), "this file is empty", "write keys: `system:`, `services:` …")
        mistakes.raise_all()
    entry = Entry(document, SYSTEM, Place(document.file, 1), mistakes)
    secrets = read_secrets(entry.list("secrets"), variables, folder, mistakes)
    filling = Variables({**secrets.values, **variables}, mistakes, secrets.reasons)
    if "${" in text:
        fill_all_but_environments(document, filling)
    services = ServiceReader(Lexicon(words), mistakes).read(entry.map("services"))
    edges = frozenset(edge.name for service in services for edge in service.uses)
    environments = EnvironmentReader(frozenset(entry.map("services")), edges, filling, mistakes)
    system = System(
        entry.text("system"),
        str(folder),
        str(file.absolute()),
        services,
        environments.read(entry.map("environments")),
        entry.map("defaults"),
        secrets.names,
        secrets.values,
    )
    if document.get("services") == {}:
        mistakes.add(document.place_of_key("services"), "there is no service", "write at least one")
    if not len(mistakes):
        refuse_circle(system, mistakes)
    mistakes.raise_all()
    return system


def fill_all_but_environments(document: Table, filling: Variables) -> None:
    rest = Table(document.file)
    rest.update({key: value for key, value in document.items() if key != "environments"})
    rest.marks = document.marks
    filling.fill(rest)
    document.update(rest)


def refuse_circle(system: System, mistakes: Mistakes) -> None:
    """Name a circle of services that wait for each other, under the edge where one could stop waiting."""
    circle = find_cycle(system)
    if not circle:
        return
    first, second = circle[0], circle[1]
    service = system.by_name[first]
    edge = edge_between(service, second)
    place = edge.place if edge else service.place
    what = "services wait for each other: " + " waits for ".join(circle)
    now = f"let {first} start without it: `{second}: {{wait: false}}`" if edge else f"remove {second} from `after`"
    mistakes.add(place, what, now)


def edge_between(service: Service, target: str) -> Edge | None:
    return next((edge for edge in service.uses if edge.target == target and edge.is_awaited), None)
