"""Whether a living process holds the lock of a file or a folder. Asked by who clears away.

A stage holds its lease and its folder, a run its journal.
"""

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
        handle = _open(path)
    except OSError as failure:
        handle, is_free = -1, isinstance(failure, FileNotFoundError)
    else:
        is_free = _lock(handle) and _is_still(handle, path)
    try:
        yield is_free
    finally:
        if handle >= 0:
            os.close(handle)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR)
    except IsADirectoryError:
        return os.open(path, os.O_RDONLY)


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
