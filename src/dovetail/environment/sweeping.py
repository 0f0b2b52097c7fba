"""What stages left behind that were killed together with all who watched them: processes, folders, leases.

Called by `clean` through the app, and by each stage as it starts.
"""

import contextlib
import time
from pathlib import Path

from dovetail.environment.census import LEASE_MARK, describe
from dovetail.environment.ground import find_ground, find_room
from dovetail.environment.hold import is_held, unheld
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

SECONDS_TO_DIE = 2.0


def sweep(*, is_everywhere: bool = True) -> tuple[str, ...]:
    """Remove what stages left that nobody watches any more, also off this ground; returns what that was."""
    ground = find_ground()
    removed = _end_stray_processes(None if is_everywhere else ground)
    for lease in sorted(ground.glob("*.lease")):
        with unheld(lease) as is_ours:
            if is_ours:
                remove_leased(str(lease))
                removed.append(f"what environment {lease.stem} had leased")
    for place in (ground, find_room(ground)):
        for path in sorted(place.glob("*")):
            if path.suffix == ".lease" or is_held(ground / f"{path.stem}.lease"):
                continue
            with unheld(path) as is_ours:
                if is_ours:
                    remove(str(path))
                    removed.append(str(path))
        remove_if_empty(str(place))
    return tuple(removed)


def _end_stray_processes(ground: Path | None) -> list[str]:
    """Kill every marked process whose stage is watched by nobody, with all that descends from it; name them."""
    kin = read_kin()
    leases = [(pid, lease) for pid, lease in _leases(kin) if ground is None or _lies_on(ground, pid, lease)]
    strays = {pid: lease.stem for pid, lease in leases if not is_held(_seen_by(pid, lease))}
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


def _lies_on(ground: Path, pid: int, lease: Path) -> bool:
    """Tell whether a lease lies on this ground, which a container may have one of the same name."""
    try:
        return lease.parent == ground and _seen_by(pid, ground).samefile(ground)
    except OSError:
        return False


def _seen_by(pid: int, path: Path) -> Path:
    """Return where a process finds `path`: in a container of its own that is elsewhere."""
    return Path(f"/proc/{pid}/root", *path.parts[1:])


def _leases(kin: Kin) -> list[tuple[int, Path]]:
    """Return every marked process with the path of its stage's lease."""
    prefix = f"{LEASE_MARK}=".encode()
    found = []
    for pid, (_, state) in kin.items():
        with contextlib.suppress(OSError):
            marks = read_environment(pid) if state not in "ZX" else []
            found += [(pid, Path(mark[len(prefix) :].decode())) for mark in marks if mark.startswith(prefix)]
    return found
