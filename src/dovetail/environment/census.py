"""Who on this machine belongs to the stage: processes by descent and by mark, listening sockets by their holders.

Called by `process` to reach a whole tree, by `readiness` to unmask strangers, by `teardown` for its proof.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from dovetail.environment.reaper import MARK, descendants, kill, read_environment, read_kin

SERVICE_MARK = "DOVETAIL_SERVICE"
LEASE_MARK = "DOVETAIL_LEASE"
LISTENING = "0A"

__all__ = [
    "LEASE_MARK",
    "MARK",
    "SERVICE_MARK",
    "bury",
    "family",
    "find_ports",
    "find_strangers",
    "find_unburied",
    "kill",
    "listening",
]


def family(pid: int | None, stage: str, label: str) -> list[int]:
    """Return the living processes of one instance: itself, its descendants and those that carry its marks.

    `pid` is None once it was collected: somebody else may have its number by then.
    """
    kin = read_kin()
    marks = {f"{MARK}={stage}".encode(), f"{SERVICE_MARK}={label}".encode()}
    found: dict[int, None] = {} if pid is None else dict.fromkeys(descendants(pid, kin))
    for other in descendants(os.getpid(), kin):
        with contextlib.suppress(OSError):
            if other not in found and marks <= set(read_environment(other)):
                found[other] = None
    if pid is not None and kin.get(pid, (0, "Z"))[1] not in "ZX":
        found = {pid: None, **found}
    return list(found)


def find_unburied(known: Iterable[int]) -> tuple[int, ...]:
    """Return our dead children but `known`: most came to us from others, some are just being waited for."""
    ours = {0, *known}
    return tuple(
        pid for pid, (parent, state) in read_kin().items() if parent == os.getpid() and state == "Z" and pid not in ours
    )


def bury(pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):
            os.waitpid(pid, os.WNOHANG)


def listening(ports: Iterable[int]) -> dict[int, frozenset[str]]:
    """Return the sockets that listen on each of `ports`, as the system numbers them; only ports with any."""
    wanted = set(ports)
    found: dict[int, set[str]] = {}
    for port, socket in _read_listening():
        if port in wanted:
            found.setdefault(port, set()).add(socket)
    return {port: frozenset(sockets) for port, sockets in found.items()}


def find_ports(pids: Iterable[int]) -> list[int]:
    """Return the ports that these processes listen on, as far as we may look."""
    held = frozenset().union(*(_sockets_of(pid) or frozenset() for pid in pids))
    return sorted({port for port, socket in _read_listening() if socket in held})


def _read_listening() -> Iterator[tuple[int, str]]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
                cells = line.split()
                if cells[3] == LISTENING:
                    yield int(cells[1].rpartition(":")[2], 16), cells[9]


def find_strangers(port: int, ours: Iterable[int]) -> str:
    """Name who listens on `port` where it is surely none of `ours`; empty where it is ours or cannot be told."""
    sockets = listening([port]).get(port, frozenset())
    if not sockets:
        return ""
    for pid in ours:
        held = _sockets_of(pid)
        if held is None or held & sockets:
            return ""
    for pid in read_kin():
        if (_sockets_of(pid) or frozenset()) & sockets:
            return f"process {pid} ({describe(pid)})"
    return "a process that is not ours"


def describe(pid: int) -> str:
    """Return the start of a process's command line."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()[:80]
    return "gone"


def _sockets_of(pid: int) -> frozenset[str] | None:
    """Return the numbers of the sockets that a process holds, or None where we may not look."""
    folder = f"/proc/{pid}/fd"
    try:
        names = os.listdir(folder)
    except PermissionError:
        return None
    except OSError:
        return frozenset()
    found = set()
    for name in names:
        with contextlib.suppress(OSError):
            link = os.readlink(f"{folder}/{name}")
            if link.startswith("socket:["):
                found.add(link[8:-1])
    return frozenset(found)
