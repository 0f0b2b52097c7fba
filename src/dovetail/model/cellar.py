"""Values kept in a file without a name, which goes with the process; loaded by a shelf that is full."""

import os
from array import array
from pathlib import Path
from pickle import HIGHEST_PROTOCOL, dumps, loads
from tempfile import mkstemp
from typing import Generic, TypeVar
from weakref import finalize

Value = TypeVar("Value")

NONE_YET = -1
STUCK = -1


class Cellar(Generic[Value]):
    """Builds a value anew each time it is taken; a disk that takes no more only costs memory."""

    def __init__(self) -> None:
        self._file = NONE_YET
        self._end = 0
        self._begins = array("q")
        self._sizes = array("l")
        self._stuck: dict[int, Value] = {}

    def __len__(self) -> int:
        return len(self._begins)

    def append(self, value: Value) -> None:
        self._begins.append(STUCK)
        self._sizes.append(0)
        self.put(len(self._begins) - 1, value)

    def put(self, number: int, value: Value) -> None:
        """Write behind all that was written; what this number led to before is lost."""
        packed = dumps(value, HIGHEST_PROTOCOL)
        try:
            self._write(packed)
        except OSError:
            self._begins[number], self._stuck[number] = STUCK, value
            return
        self._stuck.pop(number, None)
        self._begins[number], self._sizes[number] = self._end, len(packed)
        self._end += len(packed)

    def take(self, number: int) -> Value:
        begin = self._begins[number]
        if begin == STUCK:
            return self._stuck[number]
        packed = os.pread(self._file, self._sizes[number], begin)
        value: Value = loads(packed)  # noqa: S301 - we wrote it, where no other process can
        return value

    def _write(self, packed: bytes) -> None:
        if self._file == NONE_YET:
            self._file, path = mkstemp(prefix="dovetail-")
            finalize(self, os.close, self._file)
            Path(path).unlink()
        if os.pwrite(self._file, packed, self._end) < len(packed):
            raise OSError("the disk took only a part")
