"""Alarms that ring within tens of microseconds; the event loop's own step in whole milliseconds. Used by the edge."""

import asyncio
import ctypes
import os
import sys
import time
from collections.abc import Callable
from heapq import heappop, heappush

_ABSOLUTE = 1
_NONBLOCK_CLOEXEC = os.O_NONBLOCK | os.O_CLOEXEC


class _Moment(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


class _Setting(ctypes.Structure):
    _fields_ = [("interval", _Moment), ("value", _Moment)]


class Alarm:
    """Something to do at a moment of `time.monotonic`, unless it is cancelled before."""

    __slots__ = ("_call", "when")

    def __init__(self, when: float, call: Callable[[], None]) -> None:
        self.when = when
        self._call: Callable[[], None] | None = call

    def ring(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call()

    def cancel(self) -> None:
        self._call = None


class Timer:
    """A heap of alarms behind one kernel timer; where there is none, the loop's own timers serve."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._heap: list[tuple[float, int, Alarm]] = []
        self._count = 0
        self._armed = 0.0
        self._libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
        self._descriptor = -1
        if self._libc is not None:
            self._descriptor = self._libc.timerfd_create(time.CLOCK_MONOTONIC, _NONBLOCK_CLOEXEC)
        if self._descriptor >= 0:
            loop.add_reader(self._descriptor, self._wake)

    def at(self, when: float, call: Callable[[], None]) -> Alarm:
        alarm = Alarm(when, call)
        if self._descriptor < 0:
            self._loop.call_later(max(0.0, when - time.monotonic()), alarm.ring)
            return alarm
        self._count += 1
        heappush(self._heap, (when, self._count, alarm))
        if not self._armed or when < self._armed:
            self._arm(when)
        return alarm

    def close(self) -> None:
        self._heap.clear()
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def _arm(self, when: float) -> None:
        self._armed = when
        seconds = int(when)
        moment = _Moment(seconds, max(1, int((when - seconds) * 1e9)))
        setting = _Setting(_Moment(0, 0), moment)
        if self._libc is not None:
            self._libc.timerfd_settime(self._descriptor, _ABSOLUTE, ctypes.byref(setting), None)

    def _wake(self) -> None:
        try:
            os.read(self._descriptor, 8)
        except BlockingIOError:
            return
        self._armed = 0.0
        now = time.monotonic()
        while self._heap and self._heap[0][0] <= now:
            self._loop.call_soon(heappop(self._heap)[2].ring)
        if self._heap:
            self._arm(self._heap[0][0])
