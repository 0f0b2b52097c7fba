"""Starts the user's own code: the command of `run:` in its folder, with its port and its edges' addresses.

Called by the environment through the registry.
"""

import os
import shlex
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from dovetail.errors import Problem, SuiteError
from dovetail.model.address import Address
from dovetail.model.system import Service
from dovetail.plugin.launcher import Launch, LaunchOrder, Provider
from dovetail.plugin.placeholder import fill, tighten

SHELL_SIGNS = frozenset({"&&", "||", "|", ";", "&", ">", ">>", "<", "(", ")", "2>&1"})


class ProcessLauncher(Struct, frozen=True):
    """`python` in a command is the interpreter of the active virtual environment, or else of ours."""

    search_path: str
    own_programs: str = ""

    def provider(self, service: Service) -> Provider:
        """Tell which program `run:` would start."""
        words = split_command(service)
        path = shutil.which(words[0], path=self._path())
        if path is None and "/" in words[0]:
            path = words[0]
        return Provider(words[0], path=path or "", now="" if path else f"install {words[0]}, or correct `run:`")

    async def prepare(self, order: LaunchOrder) -> Launch:
        service = order.service
        words = tuple(fill(word, order.values, service.place) for word in split_command(service))
        folder = order.project / service.folder if service.folder else order.project
        environment = {"PORT": str(order.port), "PYTHONUNBUFFERED": "1", "PATH": self._path(), **order.injected}
        environment.update(
            {name: fill(text, order.values, service.place) for name, text in service.environment.items()}
        )
        return Launch(
            command=self._resolve(words, environment, folder),
            address=Address("127.0.0.1", order.port, scheme=order.values.get("scheme", "http")),
            folder=folder,
            environment=environment,
            stop=signal.SIGTERM,
            grace=3.0,
        )

    def _path(self) -> str:
        return os.pathsep.join(part for part in (self.own_programs, self.search_path) if part)

    def _resolve(self, words: tuple[str, ...], environment: Mapping[str, str], folder: Path) -> tuple[str, ...]:
        """Find the program on the service's own PATH, not on ours."""
        if "/" in words[0]:
            return (str(folder / words[0]), *words[1:])
        return (shutil.which(words[0], path=environment["PATH"]) or words[0], *words[1:])


def split_command(service: Service) -> tuple[str, ...]:
    """Split `run:` into words; a command with shell signs goes to the shell as a whole."""
    command = tighten(service.run)
    signs = shlex.shlex(command, posix=True, punctuation_chars=True)
    signs.whitespace_split = True
    try:
        is_for_shell = bool(SHELL_SIGNS & set(signs))
        words = tuple(shlex.split(command))
    except ValueError as error:
        place = service.place
        raise SuiteError(
            Problem(
                f"the command of {service.name} cannot be read: {error}", "close the quotes", place.file, place.line
            )
        ) from error
    return ("/bin/sh", "-c", command) if is_for_shell else words


def launcher() -> ProcessLauncher:
    is_own = sys.prefix != sys.base_prefix and "VIRTUAL_ENV" not in os.environ
    return ProcessLauncher(os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent) if is_own else "")
