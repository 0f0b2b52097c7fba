"""What every part of one stage works with, and the lease file that is written before anything is made.

Built once by `live` or `opening`; handed down to instances and scripts.
"""

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random

from msgspec import Struct

from dovetail.environment.hub import Hub
from dovetail.environment.log import ServiceLog
from dovetail.environment.port import Ports
from dovetail.model.system import System
from dovetail.plugin.registry import Registry

OURS = "DOVETAIL_"
DROP_ACCOUNT = "nobody"


class Lease:
    """Remembers on disk what a stage is about to make, for whoever must clean up after it, and holds its folder."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._folder = -1

    def write(self, kind: str, value: str) -> None:
        self._file.write(f"{kind}\t{value}\n")

    def hold(self, folder: int) -> None:
        """Keep the lock on the stage's folder."""
        self._folder = folder

    def close(self) -> None:
        self._file.close()
        if self._folder >= 0:
            os.close(self._folder)
            self._folder = -1


class Means(Struct, frozen=True):
    """`environment` is what started programs inherit; `user` the account that servers are dropped to, if any."""

    stage: str
    system: System
    registry: Registry
    folder: Path
    lease: Lease
    ports: Ports
    hub: Hub
    environment: Mapping[str, str]
    chance: Random
    user: str = ""
    is_direct: bool = False
    is_copied: bool = True
    log_folder: Path | None = None

    @property
    def project(self) -> Path:
        return Path(self.system.folder)

    def open_log(self, label: str) -> ServiceLog:
        if self.log_folder is not None:
            self.log_folder.mkdir(parents=True, exist_ok=True)
        file = self.log_folder / f"{label}.log" if self.log_folder else None
        return ServiceLog(label, self.hub, file, self.system.secret_values.values())

    def pick_port(self, label: str) -> int:
        port = self.ports.pick()
        self.lease.write("port", f"{port} {label}")
        return port


def inherited(system: System, surroundings: Mapping[str, str]) -> Mapping[str, str]:
    """Return what a started program inherits: everything but our own variables and the secrets of the checks.

    A service that needs a secret names it under its `environment:`.
    """
    return {
        name: value for name, value in surroundings.items() if name not in system.secrets and not name.startswith(OURS)
    }


def find_drop_account() -> str:
    """Return the account that servers refusing root are started as; empty where we are not root."""
    return DROP_ACCOUNT if sys.platform != "win32" and os.getuid() == 0 else ""


def find_cache(spare: Path) -> Path:
    """Return the folder that runs share for what is slow to make, or `spare` where that cannot be written to.

    The account that root drops to can enter it.
    """
    with contextlib.suppress(OSError, RuntimeError):
        base = os.environ.get("XDG_CACHE_HOME") or (
            "/var/cache" if find_drop_account() else str(Path.home() / ".cache")
        )
        cache = Path(base) / "dovetail"
        cache.mkdir(parents=True, exist_ok=True)
        if os.access(cache, os.W_OK):
            return cache
    return spare
