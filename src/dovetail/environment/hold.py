"""Whether a living process holds the lock of a file: a stage its lease, a run its journal. Asked by who clears away."""

import fcntl
import os
from pathlib import Path


def is_held(path: Path) -> bool:
    """Tell whether somebody living has it; what we may not open is somebody else's to judge."""
    try:
        handle = os.open(path, os.O_RDWR)
    except (FileNotFoundError, IsADirectoryError):
        return False
    except OSError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
