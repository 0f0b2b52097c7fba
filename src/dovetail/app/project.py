"""The project a command is about: dovetail.yaml read, technologies known, checks on demand. Called by all verbs."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from dovetail.app.parts import build_registry, build_vocabulary
from dovetail.errors import Problem, UsageError
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


def is_there(path: Path) -> bool:
    """Tell whether there is such a path; a name that no file can have names none."""
    try:
        return path.exists()
    except OSError:
        return False


def find_file(start: Path) -> Path:
    """Return the dovetail.yaml of the project that `start` belongs to; refuses a path that no report could hold."""
    try:
        file = find_system(start)
        os.fspath(file).encode()
    except OSError as refused:
        raise UsageError(Problem(f"there can be no {start}: {refused.strerror}")) from refused
    except UnicodeEncodeError as refused:
        raise UsageError(Problem(f"the path {str(file.parent)!r} is not UTF-8", "rename the folder")) from refused
    return file


def find_folder(start: Path) -> Path:
    """Return the folder of the project that `start` belongs to, without reading anything."""
    return find_file(start).parent


def open_project(start: Path, variables: Mapping[str, str]) -> Project:
    """Find dovetail.yaml from `start` upwards and read it."""
    file = find_file(start)
    registry = build_registry()
    words = build_vocabulary(registry)
    return Project(read_system(file, words, variables), registry, words, variables)
