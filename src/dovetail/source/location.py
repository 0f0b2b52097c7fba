"""Where a suite lives: dovetail.yaml found upward, the tests beside it; called before anything is read."""

from pathlib import Path
from stat import S_ISREG

from dovetail.errors import Problem, SuiteError
from dovetail.source.document import shown

SYSTEM_FILE = "dovetail.yaml"
TESTS = Path("tests/integration")
YAML = frozenset({".yaml", ".yml"})


def find_system(start: Path) -> Path:
    """Return the dovetail.yaml of `start` or of a folder above it, up to the root of the repository."""
    start = start.absolute()
    if _is_file(start):
        return start
    for folder in (start, *start.parents):
        file = folder / SYSTEM_FILE
        if _is_file(file):
            return file
        misnamed = folder / "dovetail.yml"
        if _is_file(misnamed):
            raise SuiteError(Problem("the file is called dovetail.yml", f"rename it to {SYSTEM_FILE}", shown(misnamed)))
        if (folder / ".git").exists():
            break
    raise SuiteError(
        Problem(
            f"there is no {SYSTEM_FILE} in {start} or above it", "write a first one: dovetail init, or go to its folder"
        )
    )


def is_file(path: Path) -> bool:
    """Tell whether `path` is a file; a name that no file can have names none."""
    try:
        return _is_file(path)
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    """Tell the same, but raise what keeps the system from telling; pathlib does so in some versions of Python only."""
    try:
        return S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def find_tests(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the YAML files and the Python test files below `folder`, each in order; hidden folders are passed over."""
    checks: list[Path] = []
    python: list[Path] = []
    for path in sorted(folder.rglob("*")):
        if any(part.startswith((".", "__")) for part in path.relative_to(folder).parts):
            continue
        if path.suffix.lower() in YAML and path.is_file():
            checks.append(path)
        elif path.name.startswith("test_") and path.suffix == ".py":
            python.append(path)
    return checks, python
