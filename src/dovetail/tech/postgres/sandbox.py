"""Private copies of a PostgreSQL database: frozen once as a template, cloned, dropped, set back. Called by environment.

After the first clone a spare one is always being made ahead, so that the next only needs a name.
"""

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from msgspec import Struct, field
from msgspec.structs import replace

from dovetail.errors import Problem, StageError
from dovetail.model.address import Address
from dovetail.plugin.sandbox import Sandbox
from dovetail.tech.postgres.connection import GarbledError, RefusedError, connect
from dovetail.tech.postgres.reset import Snapshot, restore, take_snapshot

MAINTENANCE = "postgres"
NAME_AT_MOST = 63
IN_USE = "55006"
SECONDS_FOR_OTHERS = 3.0
PAUSE = 0.01
FIRST_WITH_STRATEGY = 150000


class _Frozen(Struct):
    """A frozen database: the spare clone under way, and its content once it was needed."""

    spare: "asyncio.Task[str] | None" = None
    numbers: "count[int]" = field(default_factory=count)
    snapshot: Snapshot | None = None


class PostgresSandbox:
    def __init__(self) -> None:
        self._frozen: dict[Address, _Frozen] = {}
        self._origins: dict[Address, Address] = {}

    async def freeze(self, address: Address) -> None:
        frozen = self._frozen.pop(address, None)
        if frozen and frozen.spare:
            frozen.spare.cancel()
        template = _frozen_name(address)
        with _told(f"{_database(address)} could not be frozen"):
            await _steer(address, f"drop database if exists {_quote(template)} with (force)")
            await _copy_when_alone(address, template)
        self._frozen[address] = _Frozen()

    async def clone(self, address: Address, name: str) -> Address:
        frozen = self._frozen.setdefault(address, _Frozen())
        clone = _fit(f"{_database(address)}_{name}")
        spare, frozen.spare = frozen.spare, None
        made = await spare if spare else ""
        with _told(f"{_database(address)} could not be cloned"):
            if made:
                await _steer(address, f"alter database {_quote(made)} rename to {_quote(clone)}")
            else:
                await _copy(address, _frozen_name(address), clone)
        if frozen.spare is None:
            ahead = _fit(f"{_database(address)}_spare_{next(frozen.numbers)}")
            frozen.spare = asyncio.create_task(_copy_ahead(address, ahead), name=f"spare clone {ahead}")
        made_at = replace(address, path=f"/{clone}")
        self._origins[made_at] = address
        return made_at

    async def drop(self, address: Address, name: str) -> None:
        clone = _fit(f"{_database(address)}_{name}")
        self._origins.pop(replace(address, path=f"/{clone}"), None)
        with _told(f"{clone} could not be dropped"):
            await _steer(address, f"drop database if exists {_quote(clone)} with (force)")

    async def reset(self, address: Address) -> None:
        origin = self._origins.get(address, address)
        frozen = self._frozen.setdefault(origin, _Frozen())
        with _told(f"{_database(address)} could not be set back"):
            if frozen.snapshot is None:
                frozen.snapshot = await _read(origin)
            connection = await connect(address, "dovetail reset")
            try:
                await restore(connection, frozen.snapshot)
            finally:
                await connection.close()


def sandbox() -> Sandbox:
    return PostgresSandbox()


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn a server's no into the stage's."""
    try:
        yield
    except RefusedError as refused:
        said = "; ".join(part for part in (refused.refusal.message, refused.refusal.detail) if part)
        raise StageError(Problem(f"{what}: {said}", refused.refusal.hint)) from refused
    except (OSError, EOFError, GarbledError) as failure:
        raise StageError(Problem(f"{what}: {failure}")) from failure


async def _read(address: Address) -> Snapshot:
    connection = await connect(replace(address, path=f"/{_frozen_name(address)}"), "dovetail reset")
    try:
        return await take_snapshot(connection)
    finally:
        await connection.close()


async def _copy(address: Address, source: str, target: str) -> str:
    """Copy file by file where the server lets us choose: its other way writes every page to its log as well."""
    connection = await connect(replace(address, path=f"/{MAINTENANCE}"), "dovetail sandbox")
    try:
        said = (await connection.run("show server_version_num")).must().results[0].rows[0][0]
        strategy = " strategy file_copy" if int(said or 0) >= FIRST_WITH_STRATEGY else ""
        (await connection.run(f"create database {_quote(target)} template {_quote(source)}{strategy}")).must()
    finally:
        await connection.close()
    return target


async def _copy_ahead(address: Address, target: str) -> str:
    """Return the name of the copy, empty where it could not be made: then the next clone makes its own."""
    try:
        return await _copy(address, _frozen_name(address), target)
    except (OSError, EOFError, GarbledError, RefusedError):
        return ""


async def _copy_when_alone(address: Address, template: str) -> None:
    """Copy the database itself, which needs that nobody is connected: whoever is just leaving is waited for."""
    deadline = asyncio.get_running_loop().time() + SECONDS_FOR_OTHERS
    while True:
        try:
            await _copy(address, _database(address), template)
        except RefusedError as refused:
            if refused.refusal.code != IN_USE or asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(PAUSE)
        else:
            return


async def _steer(address: Address, sql: str) -> None:
    connection = await connect(replace(address, path=f"/{MAINTENANCE}"), "dovetail sandbox")
    try:
        (await connection.run(sql)).must()
    finally:
        await connection.close()


def _database(address: Address) -> str:
    return address.path.strip("/")


def _frozen_name(address: Address) -> str:
    return _fit(f"{_database(address)}_frozen")


def _fit(name: str) -> str:
    """Keep a name within what PostgreSQL tells apart."""
    if len(name.encode()) <= NAME_AT_MOST:
        return name
    return (
        name.encode()[: NAME_AT_MOST - 13].decode("utf-8", "ignore")
        + "_"
        + hashlib.sha256(name.encode()).hexdigest()[:12]
    )


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
