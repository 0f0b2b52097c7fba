"""All checks of a suite; called by the app."""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from dovetail.errors import Problem, UsageError
from dovetail.errors.nearest import suggest
from dovetail.model.check import Check, Suite
from dovetail.model.data import Data, Place, Row, Table
from dovetail.model.shelf import Shelf
from dovetail.model.system import System
from dovetail.model.vocabulary import Vocabulary
from dovetail.source.action import ActionReader
from dovetail.source.case import CaseReader
from dovetail.source.check import CheckReader, FileOfChecks, Read
from dovetail.source.document import shown
from dovetail.source.entry import Entry
from dovetail.source.grammar import FRAGMENT
from dovetail.source.lexicon import Lexicon
from dovetail.source.location import TESTS, find_tests
from dovetail.source.mistake import Mistakes
from dovetail.source.variable import Variables

CHECKS = "checks"


@contextmanager
def collection_paused() -> Iterator[None]:
    """Keep the garbage collector from searching the growing suite again and again: nothing in it is garbage."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@collection_paused()
def read_suite(system: System, words: Vocabulary, variables: Mapping[str, str], paths: Sequence[Path] = ()) -> Suite:
    """Read the checks in `paths`, or beside dovetail.yaml; all mistakes of all files are raised together."""
    mistakes = Mistakes()
    files, python = list_files(system, paths)
    filling = Variables({**system.secret_values, **variables}, mistakes)
    lexicon = Lexicon(words)
    cases = CaseReader(Path(system.folder), filling, mistakes)
    reader = CheckReader(system, lexicon, ActionReader(system, lexicon, filling, mistakes), cases, mistakes)
    found = Found()
    documents: dict[Path, Table | Row | None] = {}
    for path in files:
        reading = FileReading(reader, stem_of(path, Path(system.folder)), found)
        document = documents[path] = filling.read(path, CHECKS, reading.take)
        if isinstance(document, Table) and is_fragment(document):
            look_at_fragment(document, mistakes)
        elif isinstance(document, Table):
            reading.finish(document)
    for path, document in documents.items():
        if isinstance(document, Row) and path.resolve() not in cases.files:
            mistakes.add(Place(document.file, 1), "a file of checks is a map", "write `checks:` and below it the list")
    if None in documents.values():
        mistakes.raise_all()
    connect(found, mistakes)
    mistakes.raise_all()
    return Suite(
        found.checks.finish(), tuple(shown(path) for path in files), tuple(str(path.absolute()) for path in python)
    )


class NeedsRead(Struct, frozen=True):
    """Where the names stand that a check needs, and the file in which they are looked for first."""

    file: FileOfChecks
    at: tuple[Place, ...]


class Found:
    """The checks found so far; `needing` tells, by their place among them, whose `needs` are not ids yet."""

    def __init__(self) -> None:
        self.checks = Shelf[Check]()
        self.needing: dict[int, NeedsRead] = {}

    def add(self, several: Iterable[Read]) -> None:
        for read in several:
            if read.check.needs:
                self.needing[len(self.checks)] = NeedsRead(read.file, read.needs_at)
            self.checks.append(read.check)


class FileReading:
    """Reads the checks of one file, while it is parsed where that can be, so that it is never held whole."""

    def __init__(self, reader: CheckReader, stem: str, found: Found) -> None:
        self._reader = reader
        self._stem = stem
        self._found = found
        self._file: FileOfChecks | None = None

    def take(self, document: Table, item: Data, place: Place) -> None:
        """Read one item below `checks`, behind which `document` says no more."""
        if self._file is None:
            self._file = self._reader.begin_file(document, self._stem)
        self._found.add(self._reader.read_item(item, place, self._file))

    def finish(self, document: Table) -> None:
        """Read the checks here where none was taken before."""
        if self._file is None:
            self._found.add(self._reader.read_items(self._reader.begin_file(document, self._stem)))


def list_files(system: System, paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Return the YAML and the Python files to read, each once."""
    if not paths:
        return find_tests(Path(system.folder) / TESTS)
    yaml: dict[Path, Path] = {}
    python: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            checks, tests = find_tests(path)
        elif path.is_file():
            checks, tests = ([], [path]) if path.suffix == ".py" else ([path], [])
        else:
            beside = [str(path.with_name(other.name)) for other in path.parent.glob("*")]
            raise UsageError(Problem(f"there is no {path}", suggest(str(path), beside)))
        yaml.update((file.resolve(), file) for file in checks)
        python.update((file.resolve(), file) for file in tests)
    return list(yaml.values()), list(python.values())


def is_fragment(document: Table) -> bool:
    return "steps" in document and "checks" not in document


def look_at_fragment(document: Table, mistakes: Mistakes) -> None:
    """Judge the keys and values of a fragment; its steps are read where it is used, on that service."""
    entry = Entry(document, FRAGMENT, Place(document.file, 1), mistakes, "a fragment")
    for word in FRAGMENT.words:
        entry.value(word.name)


def stem_of(path: Path, folder: Path) -> str:
    """Return what ids of a file begin with: its path below the tests' folder, without its ending."""
    path = path.absolute()
    for start in (folder / TESTS, folder):
        if path.is_relative_to(start):
            return path.relative_to(start).with_suffix("").as_posix()
    return path.stem


def connect(found: Found, mistakes: Mistakes) -> None:
    """Turn the names in `needs` into ids; an unknown name or a circle is a mistake."""
    if not found.needing:
        return
    ids: dict[str, list[str]] = {}
    for check in found.checks:
        for known in {check.id.split("[", 1)[0], check.id}:
            ids.setdefault(known, []).append(check.id)
    graph: dict[str, tuple[str, ...]] = {}
    places: dict[str, Place] = {}
    for number, read in found.needing.items():
        check = resolve_needs(found.checks[number], read, ids, mistakes)
        found.checks[number], graph[check.id], places[check.id] = check, check.needs, check.place
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        names = [str(name) for name in reversed(circle.args[1])]
        mistakes.add(places[names[0]], "checks need each other: " + " needs ".join(names), "remove one of these needs")


def resolve_needs(check: Check, read: NeedsRead, ids: Mapping[str, list[str]], mistakes: Mistakes) -> Check:
    found: list[str] = []
    for name, place in zip(check.needs, read.at, strict=True):
        known = read.file.names.get(name, ids.get(name))
        if known is None:
            mistakes.add(
                place, f"there is no check `{name}` in the files read", suggest(name, {*read.file.names, *ids})
            )
        found += known or ()
    return replace(check, needs=tuple(dict.fromkeys(found)))
