"""Where stages stand on disk: one runtime folder per user, and beside each other each stage's lease, socket and folder.

Called by `opening` to lay the ground for a stage, by `attendance` to find what stands there.
"""

import contextlib
import fcntl
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dovetail.errors import Problem, StageError

LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True, slots=True)
class Plot:
    """The paths of one stage; every one of them is gone once it has been torn down."""

    ground: Path
    stage: str

    @property
    def lease(self) -> Path:
        return self.ground / f"{self.stage}.lease"

    @property
    def info(self) -> Path:
        return self.ground / f"{self.stage}.info"

    @property
    def socket(self) -> Path:
        return self.ground / f"{self.stage}.sock"

    @property
    def folder(self) -> Path:
        return self.ground / self.stage


def find_ground() -> Path:
    """Return the user's runtime folder, whether it is there or not."""
    folder = Path(tempfile.gettempdir()) / f"dovetail-{os.getuid()}"
    if len(str(folder)) + 24 > LONGEST_SOCKET_PATH:
        return Path(os.sep, "tmp", folder.name)
    return folder


def lay_ground() -> Path:
    """Make the user's runtime folder; refuses one that another user has put there."""
    folder = find_ground()
    mode = 0o711 if os.getuid() == 0 else 0o700
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=mode)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise StageError(Problem(f"{folder} belongs to somebody else", "remove it, or set TMPDIR to a folder of yours"))
    folder.chmod(mode)
    return folder


def take(path: Path) -> int | None:
    """Open and lock a file beside the stages, making it where needed; None where another process holds it.

    The lock belongs to the returned descriptor and to every process that inherits it.
    """
    while True:
        lay_ground()
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        if _is_same(handle, path):
            return handle
        os.close(handle)


def give_back(path: Path, handle: int) -> None:
    """Unlock a file and leave none behind."""
    path.unlink(missing_ok=True)
    os.close(handle)


def is_held(path: Path) -> bool:
    """Tell whether a living process holds the lock of a file that is there."""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _is_same(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
