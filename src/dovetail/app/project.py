"""The project a command is about: dovetail.yaml read, technologies known, checks on demand. Called by all verbs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from dovetail.app.parts import build_registry, build_vocabulary
from dovetail.model.check import Suite
from dovetail.model.system import System
from dovetail.model.vocabulary import Vocabulary
from dovetail.plugin.registry import Registry
from dovetail.source.location import find_system
from dovetail.source.suite import read_suite
from dovetail.source.system import read_system


class Project(Struct, frozen=True):
    system: System
    registry: Registry
    words: Vocabulary
    variables: Mapping[str, str]

    @property
    def folder(self) -> Path:
        return Path(self.system.folder)

    def read_checks(self, paths: Sequence[Path] = ()) -> Suite:
        """Read the checks in `paths`, by default all below tests/integration."""
        return read_suite(self.system, self.words, self.variables, paths)


def find_folder(start: Path) -> Path:
    """Return the folder of the project that `start` belongs to, without reading anything."""
    return find_system(start).parent


def open_project(start: Path, variables: Mapping[str, str]) -> Project:
    """Find dovetail.yaml from `start` upwards and read it."""
    file = find_system(start)
    registry = build_registry()
    words = build_vocabulary(registry)
    return Project(read_system(file, words, variables), registry, words, variables)
