"""Where stages stand on disk: one runtime folder per user, and beside each other each stage's lease, socket and folder.

Called by `opening` to lay the ground for a stage, by `attendance` to find what stands there.
"""

import asyncio
import contextlib
import fcntl
import os
import stat
import tempfile
from pathlib import Path

from msgspec import Struct

from dovetail.errors import Problem, StageError

LONGEST_SOCKET_PATH = 100
DEFAULT_PLACE = Path(os.sep, "tmp")
MEMORY = Path(os.sep, "dev", "shm")
PLENTY = 1 << 30
PAUSE = 0.02


class Plot(Struct, frozen=True):
    """The paths of one stage; every one of them is gone once it has been torn down.

    `room` is where its folder stands: beside the lease, or in memory where data is copied ten times as fast.
    """

    ground: Path
    stage: str
    room: Path | None = None

    @property
    def lease(self) -> Path:
        return self.ground / f"{self.stage}.lease"

    @property
    def info(self) -> Path:
        return self.ground / f"{self.stage}.info"

    @property
    def draft(self) -> Path:
        """Where the info is written before it is whole."""
        return self.ground / f"{self.stage}.draft"

    @property
    def socket(self) -> Path:
        return self.ground / f"{self.stage}.sock"

    @property
    def folder(self) -> Path:
        return (self.room or self.ground) / self.stage

    def make_folder(self) -> int:
        """Make the stage's folder, its room where need be, and return the lock on it.

        Another stage may remove an empty room at any time, and one that shares the room but not the ground, as in a
        container, a folder that nobody holds.
        """
        while True:
            _make_own(self.folder.parent)
            with contextlib.suppress(FileNotFoundError):
                self.folder.mkdir(mode=_mode())
                handle = os.open(self.folder, os.O_RDONLY)
                fcntl.flock(handle, fcntl.LOCK_EX)
                if _is_same(handle, self.folder):
                    return handle
                os.close(handle)


def find_ground() -> Path:
    """Return the user's runtime folder, whether it is there or not."""
    folder = Path(tempfile.gettempdir()) / f"dovetail-{os.getuid()}"
    if len(str(folder)) + 24 > LONGEST_SOCKET_PATH:
        return DEFAULT_PLACE / folder.name
    return folder


def lay_ground() -> Path:
    """Make the user's runtime folder; refuses one that another user has put there."""
    folder = find_ground()
    _make_own(folder)
    return folder


def find_room(ground: Path) -> Path:
    """Return where a stage's data stands best: in memory where there is plenty and the user names no other place."""
    if ground.parent != DEFAULT_PLACE:
        return ground
    try:
        facts = os.statvfs(MEMORY)
    except OSError:
        return ground
    is_roomy = facts.f_bavail * facts.f_frsize >= PLENTY and os.access(MEMORY, os.W_OK)
    return MEMORY / ground.name if is_roomy else ground


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
        except OSError as failure:
            with contextlib.suppress(OSError):
                path.parent.rmdir()
            what = f"{path} cannot be made: {failure.strerror}"
            raise StageError(Problem(what, "make room there, or set TMPDIR to a folder on another disk")) from failure
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        if _is_same(handle, path):
            return handle
        os.close(handle)


async def take_soon(path: Path) -> int:
    """Take a file as soon as nobody else holds it, if only to see whether somebody does."""
    while True:
        handle = take(path)
        if handle is not None:
            return handle
        await asyncio.sleep(PAUSE)


def give_back(path: Path, handle: int) -> None:
    """Unlock a file and leave none behind."""
    path.unlink(missing_ok=True)
    os.close(handle)


def _mode() -> int:
    """Servers of root run as another account, which must be able to pass."""
    return 0o711 if os.getuid() == 0 else 0o700


def _make_own(folder: Path) -> None:
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=_mode())
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise StageError(Problem(f"{folder} belongs to somebody else", "remove it, or set TMPDIR to a folder of yours"))


def _is_same(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
