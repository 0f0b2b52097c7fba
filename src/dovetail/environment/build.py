"""Runs a service's `build:` command once, and again only when what it works on has changed.

Called by an instance before its service starts.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from dovetail.environment.log import ServiceLog
from dovetail.environment.means import Means
from dovetail.environment.process import Start, explain, start_process
from dovetail.environment.readiness import last_lines
from dovetail.errors import NotReadyError, Problem
from dovetail.model.system import Service
from dovetail.plugin.script import split_words

SKIPPED = frozenset(
    {".git", ".venv", "venv", "node_modules", "__pycache__", ".dovetail", "reports", "target", "dist", "build"}
)
CODE = frozenset(
    [
        ".py",
        ".pyi",
        ".js",
        ".mjs",
        ".cjs",
        ".jsx",
        ".ts",
        ".tsx",
        ".go",
        ".rs",
        ".java",
        ".kt",
        ".scala",
        ".groovy",
        ".rb",
        ".php",
        ".cs",
        ".fs",
        ".ex",
        ".exs",
        ".erl",
        ".clj",
        ".lua",
        ".pl",
        ".swift",
        ".dart",
        ".c",
        ".cc",
        ".cpp",
        ".h",
        ".hpp",
        ".zig",
        ".sh",
        ".proto",
        ".graphql",
        ".toml",
        ".cfg",
        ".ini",
        ".properties",
        ".gradle",
        ".lock",
        ".mod",
        ".sum",
    ]
)
MOST_FILES = 20_000
SECONDS_TO_BUILD = 900.0


def fingerprint_inputs(service: Service, project: Path) -> str:
    """Return what changes with any file in the service's folder."""
    return _digest(_files(project / service.folder, SKIPPED))


def fingerprint_code(folder: Path) -> str:
    """Return what changes with the code in a folder: neither with its tests, nor with what programs write there."""
    files = _files(folder, SKIPPED | {"tests", "test", "docs"})
    return _digest(file for file in files if PurePath(file[0]).suffix in CODE)


def is_built(service: Service, project: Path) -> bool:
    stamp = _stamp(service, project)
    return stamp.exists() and stamp.read_text(encoding="utf-8") == _seal(service, project)


async def build(service: Service, means: Means, log: ServiceLog) -> None:
    """Build unless nothing changed; one stage at a time, also where several share the project folder."""
    stamp = _stamp(service, means.project)
    stamp.parent.mkdir(exist_ok=True)
    with stamp.with_suffix(".lock").open("w", encoding="utf-8") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        if is_built(service, means.project):
            return
        code = await run_script(f"{service.name}.build", service.build, means, log)
        if code != 0:
            place = service.place
            raise NotReadyError(
                Problem(
                    f"the build of {service.name} {explain(code)}: {service.build}{last_lines(log)}",
                    "correct `build:`, or the code", place.file, place.line,
                )
            )  # fmt: skip
        stamp.write_text(_seal(service, means.project), encoding="utf-8")


async def run_script(label: str, command: str, means: Means, log: ServiceLog) -> int:
    """Run one command of the user's in the project folder and return its exit code."""
    service = means.system.by_name.get(log.service)
    folder = means.project / (service.folder if service else "")
    start = Start(label, means.stage, split_words(command), folder, means.environment)
    process = await start_process(start, log)
    try:
        async with asyncio.timeout(SECONDS_TO_BUILD):
            code = await asyncio.shield(process.ended)
        await process.drain(0.5)
    finally:
        if process.is_running:
            await process.kill()
        process.close()
    return code


def _seal(service: Service, project: Path) -> str:
    return f"{service.build}\n{fingerprint_inputs(service, project)}\n"


def _stamp(service: Service, project: Path) -> Path:
    return project / ".dovetail" / f"build-{service.name}"


def _digest(files: Iterable[tuple[str, int, int]]) -> str:
    digest = hashlib.sha256()
    for path, size, changed in files:
        digest.update(f"\0{path}\0{size}\0{changed}".encode())
    return digest.hexdigest()


def _files(folder: Path, skipped: frozenset[str]) -> Iterator[tuple[str, int, int]]:
    count = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in skipped and not name.endswith(".egg-info"))
        for name in sorted(names):
            with contextlib.suppress(OSError):
                found = (Path(parent) / name).stat()
                yield f"{parent}/{name}", found.st_size, found.st_mtime_ns
            count += 1
            if count >= MOST_FILES:
                return
