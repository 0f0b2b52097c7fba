"""The watcher above a stage: when the stage ends, however it ends, nothing of it is left.

Run as a script of its own by `opening`, so it imports next to nothing; `census` and `teardown` use its few functions.
"""

import contextlib
import fcntl
import os
import select
import sys
import time

SIGKILL = 9
SECONDS_TO_END = 4.5
SECONDS_TO_CLEAN = 4.0
ADOPT_ORPHANS = 36
MARK = "DOVETAIL_STAGE"

Kin = dict[int, tuple[int, str]]


def read_kin() -> Kin:
    """Return every process with its parent and its state; empty where the system does not tell."""
    kin: Kin = {}
    for name in _numbers("/proc"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            with open(f"/proc/{name}/stat", "rb") as file:
                rest = file.read().rpartition(b")")[2].split()
            kin[name] = (int(rest[1]), rest[0].decode())
    return kin


def descendants(root: int, kin: Kin) -> list[int]:
    """Return the living descendants of `root`, parents before children; the unburied dead left out."""
    children: dict[int, list[int]] = {}
    for pid, (parent, _) in kin.items():
        children.setdefault(parent, []).append(pid)
    found: list[int] = []
    waiting = [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += [pid for pid in below if kin[pid][1] not in "ZX"]
        waiting += below
    return found


def marked(stage: str, kin: Kin) -> list[int]:
    """Return the living processes that carry the stage's mark in their environment."""
    mark = f"{MARK}={stage}".encode()
    found = []
    for pid, (_, state) in kin.items():
        with contextlib.suppress(OSError):
            if state not in "ZX" and mark in read_environment(pid):
                found.append(pid)
    return found


def read_environment(pid: int) -> list[bytes]:
    with open(f"/proc/{pid}/environ", "rb") as file:
        return file.read().split(b"\0")


def _numbers(folder: str) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(name) for name in os.listdir(folder) if name.isdigit()]
    return []


def kill(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, also of those that daemonize themselves."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1, 0, 0, 0)


def bury() -> None:
    """Collect dead children that nobody waits for."""
    with contextlib.suppress(OSError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def leased(lease: str) -> list[str]:
    """Return the folders and files that a lease file names, last made first."""
    with contextlib.suppress(OSError), open(lease, encoding="utf-8") as file:
        lines = [line.rstrip("\n").partition("\t") for line in file]
        return [value for kind, _, value in reversed(lines) if kind in {"folder", "file"}]
    return []


def remove_leased(lease: str) -> None:
    """Remove what the lease file names in folders called like its own, and the lease file last."""
    ground = os.path.dirname(lease)
    for path in leased(lease):
        place = os.path.dirname(path)
        if os.path.basename(place) == os.path.basename(ground):
            remove(path)
            remove_if_empty(place)
    remove(lease)
    remove_if_empty(ground)


def remove_if_empty(folder: str) -> None:
    with contextlib.suppress(OSError):
        os.rmdir(folder)


def remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        import shutil

        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        os.unlink(path)


def clean(lease: str, stage: str) -> None:
    """Kill every descendant and every process marked as the stage's, then remove what was leased."""
    deadline = time.monotonic() + SECONDS_TO_CLEAN
    while time.monotonic() < deadline:
        bury()
        kin = read_kin()
        kin.pop(os.getpid(), None)
        left = descendants(os.getpid(), kin) or marked(stage, kin)
        if not left:
            break
        kill(left)
        time.sleep(0.005)
    bury()
    remove_leased(lease)


def watch(stage: int, ending: int) -> None:
    """Wait until the stage is gone; one that says it is ending has a deadline."""
    poll = select.poll()
    poll.register(ending, select.POLLIN | select.POLLHUP)
    poll.poll()
    if os.read(ending, 1):
        poll.poll(SECONDS_TO_END * 1000)
        kill([stage])
    with contextlib.suppress(OSError):
        os.waitpid(stage, 0)


def start(command: list[str]) -> tuple[int, int, int]:
    """Start the stage; returns its pid, the pipe on which it sees us die and the pipe on which we see it end."""
    alive_read, alive_write = os.pipe()
    ending_read, ending_write = os.pipe()
    stage = os.fork()
    if stage == 0:
        for pipe in (alive_read, ending_write):
            fcntl.fcntl(pipe, fcntl.F_SETFD, 0)
        os.execvp(command[0], [*command, str(alive_read), str(ending_write)])
    os.close(alive_read)
    os.close(ending_write)
    return stage, alive_write, ending_read


def main(arguments: list[str]) -> None:
    lease, name, *command = arguments
    os.setsid()
    stage, _, ending = start(command)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    adopt_orphans()
    watch(stage, ending)
    clean(lease, name)


if __name__ == "__main__":
    main(sys.argv[1:])
