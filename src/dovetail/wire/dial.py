"""Connecting without a task: one try after another over the endpoints of a service. Used by the edge."""

import asyncio
import errno
import os
import socket
from collections.abc import Callable, Sequence

from dovetail.wire.stream import Endpoint, start_connecting

Done = Callable[["socket.socket | None", str], None]


class Dial:
    """Tries `endpoints` in turn, then calls `done` once with a connected socket or with why there is none."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, endpoints: Sequence[Endpoint], seconds: float, done: Done
    ) -> None:
        self._loop = loop
        self._waiting = list(endpoints)
        self._seconds = seconds
        self._done = done
        self._stream: socket.socket | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def start(self) -> None:
        why = "no address"
        while self._waiting:
            try:
                stream, is_there = start_connecting(self._waiting.pop(0))
            except OSError as error:
                why = _tell(error.errno or 0)
                continue
            if is_there:
                self._finish(stream, "")
            else:
                self._wait(stream)
            return
        self._finish(None, why)

    def cancel(self) -> None:
        """Stop without calling `done`."""
        self._forget()
        if self._stream is not None:
            self._stream.close()

    def _wait(self, stream: socket.socket) -> None:
        self._stream = stream
        self._loop.add_writer(stream.fileno(), self._arrived)
        self._deadline = self._loop.call_later(self._seconds, self._given_up)

    def _arrived(self) -> None:
        stream = self._stream
        self._forget()
        if stream is None:
            return
        self._stream = None
        code = stream.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code == 0:
            self._finish(stream, "")
            return
        stream.close()
        if self._waiting:
            self.start()
        else:
            self._finish(None, _tell(code))

    def _given_up(self) -> None:
        self.cancel()
        self._stream = None
        if self._waiting:
            self.start()
        else:
            self._finish(None, f"no connection within {self._seconds:g} s")

    def _forget(self) -> None:
        if self._stream is not None:
            self._loop.remove_writer(self._stream.fileno())
        if self._deadline is not None:
            self._deadline.cancel()

    def _finish(self, stream: socket.socket | None, why: str) -> None:
        self._done(stream, why)


def _tell(code: int) -> str:
    return "connection refused" if code == errno.ECONNREFUSED else os.strerror(code).lower()
