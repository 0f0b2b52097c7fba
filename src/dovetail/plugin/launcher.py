"""The socket for starting a technology's real server. Called by the environment; filled in `tech/<name>/launcher.py`.

The module defines `launcher()`, which returns a Launcher.
"""

import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct, field

from dovetail.model.address import Address
from dovetail.model.system import Service


class Provider(Struct, frozen=True):
    """Where a server comes from; `path` is empty where it cannot be had, then `now` says how to get it."""

    name: str
    version: str = ""
    path: str = ""
    now: str = ""


class LaunchOrder(Struct, frozen=True):
    """What the environment hands a launcher: a private empty folder, a free port, the cache shared between runs.

    `user` is the account to drop to (empty where we are not root); `injected` are the addresses of the service's edges
    by variable, `values` the names its own command may use in `{{ }}`.
    """

    service: Service
    folder: Path
    port: int
    cache: Path
    project: Path
    user: str = ""
    injected: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


class Launch(Struct, frozen=True):
    """How to start one process and stop it again; `folder` is its working directory."""

    command: tuple[str, ...]
    address: Address
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    stop: signal.Signals = signal.SIGTERM
    grace: float = 3.0


class Launcher(Protocol):
    def provider(self, service: Service) -> Provider:
        """Tell where the server for `service` would come from, without starting anything."""
        ...

    async def prepare(self, order: LaunchOrder) -> Launch:
        """Lay out the folder (a data directory, a configuration) and say how to start the server in it."""
        ...
