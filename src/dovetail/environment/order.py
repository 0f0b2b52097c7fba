"""What is asked of a stage, what is known of a running one, and how both travel between processes.

Called by everybody who opens or finds stages.
"""

import hashlib
from pathlib import Path
from types import UnionType
from typing import TypeVar, cast, get_args, get_origin

import msgspec
from msgspec import Struct

from dovetail.model.system import EnvironmentSpec, Service, System

Value = TypeVar("Value")
LOCAL = EnvironmentSpec("local")


class StageOrder(Struct, frozen=True):
    """Which part of a system to start and how.

    `services` empty means all. `share` is a key under which several processes get one stage (such as the workers of
    one pytest run), unless one is kept; a kept stage outlives whoever opened it. `is_copied` has the data remembered as
    set up, which clones, resets and slices start from. `log_folder` gets a file per service; `seed` repeats what faults
    leave to chance. `is_partial` does without what a read-only environment has no address for.
    """

    system: System
    environment: EnvironmentSpec = LOCAL
    is_direct: bool = False
    services: frozenset[str] = frozenset()
    is_kept: bool = False
    share: str = ""
    is_copied: bool = True
    log_folder: str = ""
    seed: str = ""
    is_partial: bool = False

    @property
    def key(self) -> str:
        """Tell apart what must not share a stage; the same for two orders that may."""
        share = "" if self.is_kept else self.share
        parts = (self.system.folder, self.environment.name, str(self.is_direct), share)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]


class StageInfo(Struct, frozen=True):
    """A running stage as others find it; `socket` is its door, `room` holds its data, `pid` is its process."""

    id: str
    key: str
    system: str
    folder: str
    environment: str
    is_direct: bool
    is_kept: bool
    socket: str
    started_at: float
    room: str = ""
    services: tuple[str, ...] = ()
    pid: int = 0


class Brief(Struct, frozen=True):
    """What a stage process is told at its start, on one line of its standard input."""

    stage: str
    ground: str
    room: str
    order: StageOrder


def encode(value: object) -> bytes:
    """Write a frozen value as one line of JSON."""
    return msgspec.json.encode(value, order="deterministic")


def decode(kind: type[Value], line: bytes) -> Value:
    return revive(kind, msgspec.json.decode(line))


def revive(kind: type[Value], raw: object) -> Value:
    """Rebuild a frozen value of ours from plain JSON; what a user wrote freely stays as it is."""
    return cast("Value", revive_as(kind, raw))


def fingerprint(service: Service) -> str:
    """Return what changes whenever the service's definition does, wherever it stands in the file."""
    plain = cast("dict[str, object]", msgspec.to_builtins(service, builtin_types=()))
    return hashlib.sha256(msgspec.json.encode(_without_places(plain), order="deterministic")).hexdigest()[:16]


def revive_as(kind: object, raw: object) -> object:
    """Rebuild what a type says that stands in a table."""
    origin = get_origin(kind)
    if origin in {tuple, frozenset} and isinstance(raw, list):
        inner = get_args(kind)
        if origin is tuple and inner[-1] is not Ellipsis:
            return tuple(revive_as(one, item) for one, item in zip(inner, raw, strict=True))
        return origin(revive_as(inner[0], item) for item in raw)
    if origin is UnionType:
        return None if raw is None else revive_as(get_args(kind)[0], raw)
    if kind is Path:
        return Path(str(raw))
    if isinstance(kind, type) and issubclass(kind, Struct) and isinstance(raw, dict):
        known = kind.__annotations__
        return kind(**{name: revive_as(known[name], item) for name, item in raw.items() if name in known})
    return raw


def _without_places(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_places(item) for name, item in value.items() if name != "place"}
    if isinstance(value, list | tuple):
        return [_without_places(item) for item in value]
    return value
