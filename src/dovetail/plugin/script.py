"""Run one of the user's setup scripts against a server. Called by preparers, and for its words by the environment."""

import asyncio
import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from dovetail.errors import Problem, StageError, SuiteError

LINES_SHOWN = 10
INTERPRETERS = {".py": sys.executable, ".sh": "sh"}


def split_words(command: str) -> tuple[str, ...]:
    """Split one of the user's commands as a shell would; raises SuiteError where that cannot be done."""
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise SuiteError(Problem(f"the command `{command}` cannot be read: {error}", "close the quotes")) from error
    if not words:
        raise SuiteError(Problem("a command is empty", "write a program and its arguments, or leave the word out"))
    return words


def find_script(item: str, project: Path) -> tuple[str, ...]:
    """Return the command that an item of `setup:` stands for: a .py or .sh file, an executable, each with arguments."""
    name, *arguments = split_words(item)
    path = project / name
    if path.is_file():
        if path.suffix in INTERPRETERS:
            return (INTERPRETERS[path.suffix], str(path), *arguments)
        if os.access(path, os.X_OK):
            return (str(path), *arguments)
        raise StageError(
            Problem(f"{name} cannot be run: it is no .py or .sh file and not executable", f"chmod +x {name}", str(path))
        )
    found = shutil.which(name)
    if found is None:
        raise StageError(Problem(f"setup names {item}, which is not there", f"looked for {path} and on the PATH"))
    return (found, *arguments)


async def run_script(item: str, project: Path, variables: Mapping[str, str]) -> None:
    """Run it in the project's folder to its end; raises StageError with its last lines where it fails."""
    process = await asyncio.create_subprocess_exec(
        *find_script(item, project),
        cwd=project,
        env={**os.environ, **variables},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        said = output.decode("utf-8", "replace").rstrip().splitlines()[-LINES_SHOWN:]
        shown = "".join(f"\n  {line}" for line in said)
        raise StageError(Problem(f"`{item}` ended with {process.returncode}{shown}"))
