"""Whether a living process holds the lock of a file: a stage its lease, a run its journal. Asked by who clears away."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


def is_held(path: Path) -> bool:
    """Tell whether somebody living has it; what we may not open is somebody else's to judge."""
    with unheld(path) as is_free:
        return not is_free


@contextlib.contextmanager
def unheld(path: Path) -> Iterator[bool]:
    """Tell whether nobody living has it, and let nobody take it for the length of the block."""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError as failure:
        handle, is_free = -1, isinstance(failure, FileNotFoundError | IsADirectoryError)
    else:
        is_free = _lock(handle) and _is_still(handle, path)
    try:
        yield is_free
    finally:
        if handle >= 0:
            os.close(handle)


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(handle: int, path: Path) -> bool:
    """Tell whether the file is where it was opened: somebody may have put another one there meanwhile."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return True
