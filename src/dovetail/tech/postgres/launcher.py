"""Starts private PostgreSQL servers: a prepared data directory is cloned, so that a start takes tens of milliseconds.

Called by the environment. The server trades durability against a crash of the machine for speed; what was committed
still outlives a killed server, so that checks of recovery are honest.
"""

import asyncio
import hashlib
import os
import pwd
import secrets
import signal
from functools import partial
from pathlib import Path

from dovetail.errors import MissingPartError, Problem
from dovetail.model.address import Address
from dovetail.model.data import Data
from dovetail.model.system import Service
from dovetail.plugin.launcher import Launch, Launcher, LaunchOrder, Provider
from dovetail.tech.postgres.cache import can_enter, copy_tree, ensure, give, run
from dovetail.tech.postgres.provider import HOW_TO_GET, Installation, find_installation
from dovetail.tech.postgres.segment import remove_stale

USER = "postgres"
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "jit": "off",
}
PRIVATE = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "dynamic_shared_memory_type": "mmap",
}
WITHOUT_WORKERS = {"io_method": "sync"}
FIRST_WITH_IO_METHOD = 18
FIRST_WITH_BUILTIN_LOCALE = 17
FIRST_WITH_SETTINGS_AT_INIT = 16


class PostgresLauncher:
    def __init__(self) -> None:
        self._building = asyncio.Lock()

    def provider(self, service: Service) -> Provider:
        found = find_installation(service.version)
        if found is None:
            return Provider("none", now=HOW_TO_GET)
        return Provider(found.name, found.major, str(found.folder))

    async def prepare(self, order: LaunchOrder) -> Launch:
        installation = find_installation(order.service.version)
        if installation is None:
            wanted = f"PostgreSQL {order.service.version}".strip()
            raise MissingPartError(Problem(f"{order.service.name} needs {wanted}, and none is installed", HOW_TO_GET))
        async with self._building:
            binaries = await asyncio.to_thread(_place_binaries, installation, order)
            template = await asyncio.to_thread(_find_template, installation, binaries, order)
        await asyncio.to_thread(remove_stale, pwd.getpwnam(order.user).pw_uid if order.user else os.getuid())
        data = order.folder / "data"
        if not data.exists():
            await asyncio.to_thread(copy_tree, template / "data", data)
        password = (template / "password").read_text().strip()
        return Launch(
            command=(str(binaries / "postgres"), "-D", str(data), "-p", str(order.port), *_flags(installation, order)),
            address=Address("127.0.0.1", order.port, "postgresql", USER, password, path=f"/{order.service.name}"),
            folder=order.folder,
            environment={"LC_ALL": "C", "TZ": "UTC"},
            user=order.user,
            stop=signal.SIGINT,
        )


def launcher() -> Launcher:
    return PostgresLauncher()


def _flags(installation: Installation, order: LaunchOrder) -> list[str]:
    quick = WITHOUT_WORKERS if int(installation.major or 0) >= FIRST_WITH_IO_METHOD else {}
    wished = {name: _write_setting(value) for name, value in order.service.settings.items()}
    flags: list[str] = []
    for name, value in {**FAST, **quick, **wished, **PRIVATE}.items():
        flags += ["-c", f"{name}={value}"]
    return flags


def _write_setting(value: Data) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def _place_binaries(installation: Installation, order: LaunchOrder) -> Path:
    """Return the folder of the binaries, copied to where the server's user can enter if need be."""
    if not order.user or can_enter(installation.folder, order.user) or not installation.tree:
        return installation.folder
    key = f"postgres-{installation.major}-bin-{_fingerprint(installation)}"
    root = installation.tree[0]
    entry = ensure(order.cache, key, partial(_copy_installation, installation))
    return entry / root.parent.name / root.name / "bin"


def _copy_installation(installation: Installation, draft: Path) -> None:
    """Copy the binaries and, beside them, the libraries that they look for at a relative place."""
    root, libraries = installation.tree
    (draft / root.parent.name).mkdir()
    copy_tree(root, draft / root.parent.name / root.name)
    copy_tree(libraries, draft / libraries.name)


def _find_template(installation: Installation, binaries: Path, order: LaunchOrder) -> Path:
    """Return a folder with a stopped data directory that holds the service's database, and its password."""
    owner = order.user or str(os.getuid())
    base_key = f"postgres-{installation.major}-{owner}-{_fingerprint(installation)}"
    name = hashlib.sha256(order.service.name.encode()).hexdigest()[:12]
    named = order.cache / f"{base_key}-{name}"
    if named.exists():
        return named
    base = ensure(order.cache, base_key, partial(_initialize, installation, binaries, order.user))
    return ensure(order.cache, named.name, partial(_add_database, binaries, base, order))


def _initialize(installation: Installation, binaries: Path, user: str, draft: Path) -> None:
    password = draft / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24))
    for path in (draft, password):
        give(path, user)
    draft.chmod(0o700)
    command = [str(binaries / "initdb"), "-D", str(draft / "data"), "-U", USER, f"--pwfile={password}"]
    command += ["--auth-host=password", "--auth-local=reject", "--no-sync", "--encoding=UTF8", "--locale=C"]
    major = int(installation.major or 0)
    if major >= FIRST_WITH_BUILTIN_LOCALE:
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if major >= FIRST_WITH_SETTINGS_AT_INIT:
        command += ["-c", "scram_iterations=1"]
    run([*command, "--wal-segsize=1"], user)


def _add_database(binaries: Path, base: Path, order: LaunchOrder, draft: Path) -> None:
    for part in ("data", "password"):
        copy_tree(base / part, draft / part)
    give(draft, order.user)
    draft.chmod(0o700)
    name = order.service.name.replace('"', '""')
    server = [str(binaries / "postgres"), "--single", "-D", str(draft / "data"), "-c", "fsync=off", "-j", "postgres"]
    run(server, order.user, f'create database "{name}"')


def _fingerprint(installation: Installation) -> str:
    binary = installation.folder / "postgres"
    facts = binary.stat()
    said = f"{binary.resolve()} {facts.st_size} {facts.st_mtime_ns}"
    return hashlib.sha256(said.encode()).hexdigest()[:12]
