"""Which stages there are: found, joined from another process, and swept away where nobody is left to end them.

Called by ps, logs, down, clean and doctor through the app, and by `opening`.
"""

import contextlib
import functools
import time
from pathlib import Path

import msgspec
from msgspec.structs import replace

from dovetail.environment.census import LEASE_MARK, describe
from dovetail.environment.ground import Plot, find_ground, find_room, is_held
from dovetail.environment.order import StageInfo, StageOrder, decode
from dovetail.environment.reaper import (
    Kin,
    descendants,
    kill,
    marked,
    read_environment,
    read_kin,
    remove,
    remove_if_empty,
    remove_leased,
)
from dovetail.environment.remote import RemoteStage
from dovetail.environment.teardown import prove_gone

SECONDS_TO_DIE = 2.0


def find_stages(folder: str = "") -> tuple[StageInfo, ...]:
    """Return the running stages of a project folder, or all of this user's; oldest first."""
    found = []
    for path in find_ground().glob("*.info"):
        with contextlib.suppress(OSError, msgspec.DecodeError, TypeError):
            info = decode(StageInfo, path.read_bytes())
            if is_held(path.with_suffix(".lease")) and folder in {"", info.folder}:
                found.append(info)
    return tuple(sorted(found, key=lambda info: info.started_at))


def find_kept(order: StageOrder) -> StageInfo | None:
    """Return the kept stage that an order joins rather than start one of its own."""
    key = replace(order, is_kept=True).key
    return next((info for info in find_stages(order.system.folder) if info.is_kept and info.key == key), None)


async def attach(info: StageInfo) -> RemoteStage:
    """Speak to a running stage without keeping it up."""
    remote = RemoteStage(functools.partial(prove_gone, plot_of(info), 0))
    await remote.connect(info.socket, is_holder=False)
    return remote


def plot_of(info: StageInfo) -> Plot:
    return Plot(Path(info.socket).parent, info.id, Path(info.room))


def sweep() -> tuple[str, ...]:
    """Remove what stages left that nobody watches any more; returns what that was."""
    removed = _end_stray_processes()
    ground = find_ground()
    for lease in sorted(ground.glob("*.lease")):
        if not is_held(lease):
            remove_leased(str(lease))
            removed.append(f"what environment {lease.stem} had leased")
    for place in (ground, find_room(ground)):
        for path in sorted(place.glob("*")):
            if path.suffix != ".lease" and not is_held(ground / f"{path.stem}.lease") and not is_held(path):
                remove(str(path))
                removed.append(str(path))
        remove_if_empty(str(place))
    return tuple(removed)


def _end_stray_processes() -> list[str]:
    """Kill every marked process whose stage is watched by nobody, with all that descends from it; name them."""
    kin = read_kin()
    strays = {pid: Path(lease).stem for pid, lease in _leases(kin) if not is_held(Path(lease))}
    named = [f"process {pid} ({describe(pid)}) of environment {stage}" for pid, stage in sorted(strays.items())]
    deadline = time.monotonic() + SECONDS_TO_DIE
    while time.monotonic() < deadline:
        left = {pid for stage in set(strays.values()) for pid in marked(stage, kin)}
        if not left:
            break
        kill([*left, *(below for pid in left for below in descendants(pid, kin))])
        time.sleep(0.005)
        kin = read_kin()
    return named


def _leases(kin: Kin) -> list[tuple[int, str]]:
    """Return every marked process with the path of its stage's lease."""
    prefix = f"{LEASE_MARK}=".encode()
    found = []
    for pid, (_, state) in kin.items():
        with contextlib.suppress(OSError):
            marks = read_environment(pid) if state not in "ZX" else []
            found += [(pid, mark[len(prefix) :].decode()) for mark in marks if mark.startswith(prefix)]
    return found
