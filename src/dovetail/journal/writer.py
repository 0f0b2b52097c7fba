"""The journal while a run lasts: each event is in the file, in the kernel's hands, before `write` returns.

The file is locked as long as it is open, so that others can tell a run that goes on from one that is over.
"""

import errno
import fcntl
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dovetail.errors import Problem, StageError
from dovetail.journal.line import HEADER, write_line
from dovetail.journal.mask import Mask
from dovetail.model.event import Event

NEWLINE = b"\n"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Journal:
    """One run's file. Nothing is buffered here, so killing the process loses no event that was written.

    Where the file can take no more, `write` raises one StageError; from then on events pass through unwritten, so that
    teardown goes on, and the file stays readable up to its last whole line.
    """

    def __init__(self, path: Path, secrets: Sequence[str] = ()) -> None:
        self.path = path
        self._mask = Mask(secrets)
        self._file = -1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            with suppress(OSError):
                fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            self._size = self._begin()
        except OSError as failure:
            self.close()
            raise _failure(path, failure) from failure

    @property
    def is_open(self) -> bool:
        return self._file >= 0

    def write(self, event: Event) -> Event:
        """Keep the event and return it as kept: without secrets."""
        line = write_line(event)
        if self._mask.is_needed(line):
            event = self._mask.value(event)
            line = write_line(event)
        if self._file >= 0:
            try:
                self._append(line)
            except OSError as failure:
                self._give_up()
                raise _failure(self.path, failure) from failure
        return event

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _begin(self) -> int:
        """Write the first line, or go on after the last whole line of a journal that is there already."""
        size = os.fstat(self._file).st_size
        if not size:
            self._size = 0
            self._append(HEADER)
            return self._size
        if os.pread(self._file, 1, size - 1) != NEWLINE:
            os.write(self._file, NEWLINE)
            size += 1
        return size

    def _append(self, line: bytes) -> None:
        size = len(line)
        written = os.write(self._file, line)
        while written < size:
            written += os.write(self._file, line[written:])
        self._size += size

    def _give_up(self) -> None:
        """Cut off a torn line; where even that fails, the reader skips it, and what went wrong is told already."""
        with suppress(OSError):
            os.ftruncate(self._file, self._size)
        self.close()


def _failure(path: Path, failure: OSError) -> StageError:
    what = f"the journal cannot be written: {failure.strerror or failure}"
    if failure.errno in NO_ROOM:
        now = "make room on that disk; the run ends here"
    else:
        now = "make the folder writable; the run ends here"
    return StageError(Problem(what, now, str(path)))
