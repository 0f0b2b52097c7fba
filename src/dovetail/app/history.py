"""What a project remembers between runs, in `.dovetail/` beside dovetail.yaml: runs and what failed last."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from dovetail.environment.hold import is_held
from dovetail.errors import Problem, StageError, UsageError

HOME = ".dovetail"


class RunFolder(Struct, frozen=True):
    """Where one run keeps its journal and its logs."""

    id: str
    path: Path

    @property
    def journal(self) -> Path:
        return self.path / "journal.jsonl"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def goes_on(self) -> bool:
        """Tell whether some process still writes the run's journal."""
        return is_held(self.journal)

    def remove(self) -> None:
        """Remove the folder with all that is in it, as far as that is allowed."""
        for folder, _, files in os.walk(self.path, topdown=False):
            with contextlib.suppress(OSError):
                for file in files:
                    Path(folder, file).unlink()
                Path(folder).rmdir()


def lay_home(home: Path) -> None:
    """Make the folder of a project's state, which no repository should hold."""
    with told(f"{home} cannot be made"):
        home.mkdir(parents=True, exist_ok=True)
        ignore = home / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """Turn the system's refusal into an error that says what to do."""
    try:
        yield
    except OSError as failure:
        raise StageError(Problem(f"{what}: {failure.strerror}", "let Dovetail write beside dovetail.yaml")) from failure


class History:
    def __init__(self, project: str) -> None:
        self._home = Path(project) / HOME
        self._runs = self._home / "runs"
        self._unhappy = self._home / "unhappy.json"

    def begin(self, run: str, kept: int) -> RunFolder:
        """Make the folder of a new run; the oldest beyond `kept` go, but for those that go on."""
        folder = RunFolder(run, self._runs / run)
        with told(f"{folder.path} cannot be made"):
            folder.path.mkdir(parents=True)
        lay_home(self._home)
        for old in self.runs()[: -max(1, kept)]:
            if not old.goes_on:
                old.remove()
        return folder

    def runs(self) -> list[RunFolder]:
        """Return all runs kept, the oldest first."""
        if not self._runs.is_dir():
            return []
        return [RunFolder(path.name, path) for path in sorted(self._runs.iterdir()) if path.is_dir()]

    def find(self, run: str) -> RunFolder:
        """Return the run whose id begins or ends with `run`, the last one where it is empty."""
        runs = self.runs()
        matching = [folder for folder in runs if not run or folder.id.startswith(run) or folder.id.endswith(run)]
        if matching:
            return matching[-1]
        if not runs:
            raise UsageError(Problem("there is no run yet", "begin with `dovetail run`"))
        known = ", ".join(folder.id for folder in runs[-5:])
        raise UsageError(Problem(f"there is no run {run!r}", f"the last ones are {known}"))

    def unhappy(self) -> frozenset[str]:
        """Return the ids of the checks that did not pass when they were last run."""
        try:
            return frozenset(msgspec.json.decode(self._unhappy.read_bytes(), type=list[str]))
        except (OSError, msgspec.DecodeError):
            return frozenset()

    def remember(self, played: Iterable[str], unhappy: Iterable[str]) -> None:
        """Keep what failed, and of what was not played this time what failed before."""
        ids = sorted(self.unhappy().difference(played).union(unhappy))
        fresh = self._unhappy.with_suffix(".new")
        with told(f"what failed cannot be remembered in {self._unhappy}"):
            try:
                fresh.write_bytes(msgspec.json.encode(ids))
                fresh.replace(self._unhappy)
            except OSError:
                with contextlib.suppress(OSError):
                    fresh.unlink()
                raise

    def forget(self) -> list[str]:
        """Remove every run that is over, and what failed last; returns what that was."""
        runs = [folder for folder in self.runs() if not folder.goes_on]
        for folder in runs:
            folder.remove()
        with told(f"{self._unhappy} cannot be removed"), contextlib.suppress(FileNotFoundError, NotADirectoryError):
            self._unhappy.unlink()
        return [f"run {folder.id}" for folder in runs]
