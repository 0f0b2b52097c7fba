"""One direction of a proxied connection: bytes from one socket to the other, with flat memory. Used by the connection.

As long as nothing changes the bytes they go straight through one buffer that all relays of an edge share; while
something does (a fault, a rewriter), they are handed to it and come back by `pass_on`.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from dovetail.wire.stream import end_sending

PIECE = 65536
MOST_HELD = 1 << 20
CRUMB = 4096


class Pair(Protocol):
    """What a relay tells the connection it belongs to."""

    def finished(self) -> None:
        """Hear that one direction has ended and its last byte is out."""
        ...

    def cut(self, how: str) -> None: ...


class Ear(Struct, frozen=True):
    """Gets a copy of what was passed on, after that; an early ear hears what arrives before a detour has it."""

    hear: Callable[[bytes], None] | None = None
    is_early: bool = False


class Relay:
    """Ends when its source has ended and all is out; flat memory means at most MOST_HELD and a piece."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        buffer: bytearray,
        sockets: tuple[socket.socket, socket.socket],
        pair: Pair,
        ear: Ear,
    ) -> None:
        self._loop = loop
        self._buffer = buffer
        self._view = memoryview(buffer)
        self._source, self._sink = sockets
        self._source_fd, self._sink_fd = self._source.fileno(), self._sink.fileno()
        self._receive, self._send = self._source.recv_into, self._sink.send
        self._receive_piece = self._source.recv
        self._pair = pair
        self._hear = ear.hear
        self._hears_early = ear.is_early
        self._detour: Callable[[bytes], None] | None = None
        self._end_detour: Callable[[], None] | None = None
        self._held: Callable[[], int] = _nothing
        self._waiting: deque[memoryview] = deque()
        self._waiting_size = 0
        self._is_reading = self._is_ending = False
        self.has_ended = False
        self.has_read_all = False

    def start(self) -> None:
        self._read_on()

    def divert(self, detour: Callable[[bytes], None], end: Callable[[], None], held: Callable[[], int]) -> None:
        """Hand what arrives to `detour` instead of passing it on."""
        self._detour, self._end_detour, self._held = detour, end, held
        self._change_reader()
        self.ease()

    def hear_with(self, hear: Callable[[bytes], None]) -> None:
        """Have what is heard from the next piece on told to someone else; for a relay that is listened to."""
        self._hear = hear

    def restore(self) -> None:
        """Pass bytes straight on again."""
        self._detour, self._end_detour, self._held = None, None, _nothing
        self._change_reader()
        if self._waiting:
            self._stop_reading()
        else:
            self._read_on()

    def pass_on(self, data: bytes) -> None:
        """Send, or keep until the sink takes more; what is lost after an end is nobody's."""
        if self._is_ending or not data:
            return
        view = memoryview(data)
        sent = 0
        if not self._waiting:
            try:
                sent = self._send(view)
            except BlockingIOError:
                sent = 0
            except OSError:
                self._pair.cut("cut")
                return
        if sent < len(view):
            self._keep(view[sent:])
        if self._hear is not None and not self._hears_early:
            self._hear(data)

    def pass_end(self) -> None:
        """Tell the sink that nothing more comes, once all that waits is out."""
        self._is_ending = True
        if not self._waiting and not self.has_ended:
            self.has_ended = True
            end_sending(self._sink)
            self._pair.finished()

    def ease(self) -> None:
        """Read on if little enough is held, else wait."""
        if self._detour is None:
            return
        load = self._waiting_size + self._held()
        if load > MOST_HELD:
            self._stop_reading()
        elif load <= MOST_HELD // 2:
            self._read_on()

    def relieve(self) -> None:
        """Hear that less is held than before."""
        if not self._is_reading:
            self.ease()

    def stop(self) -> None:
        """Let both sockets go, without closing them."""
        self._stop_reading()
        if self._waiting:
            self._loop.remove_writer(self._sink_fd)
            self._waiting.clear()
        self._is_ending = self.has_ended = self.has_read_all = True

    def stop_reading(self) -> None:
        """Read no more, ever; what waits still goes out."""
        self.has_read_all = True
        self._stop_reading()

    def _forward(self) -> None:
        try:
            count = self._receive(self._buffer)
        except BlockingIOError:
            return
        except OSError:
            self._pair.cut("cut")
            return
        if not count:
            self.stop_reading()
            self.pass_end()
            return
        view = self._view[:count]
        try:
            sent = self._send(view)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._pair.cut("cut")
            return
        if sent < count:
            self._keep(memoryview(bytes(view[sent:])))
            self._stop_reading()

    def _forward_heard(self) -> None:
        try:
            data = self._receive_piece(PIECE)
        except BlockingIOError:
            return
        except OSError:
            self._pair.cut("cut")
            return
        if not data:
            self.stop_reading()
            self.pass_end()
            return
        try:
            sent = self._send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._pair.cut("cut")
            return
        if sent < len(data):
            self._keep(memoryview(data)[sent:])
            self._stop_reading()
        if self._hear is not None:
            self._hear(data)

    def _take_detour(self) -> None:
        try:
            data = self._receive_piece(PIECE)
        except BlockingIOError:
            return
        except OSError:
            self._pair.cut("cut")
            return
        if data and self._detour is not None:
            if self._hear is not None and self._hears_early:
                self._hear(data)
            self._detour(data)
            self.ease()
        elif self._end_detour is not None:
            self.stop_reading()
            self._end_detour()

    def _keep(self, rest: memoryview) -> None:
        if not self._waiting:
            self._loop.add_writer(self._sink_fd, self._flush)
        if self._waiting and len(rest) + len(self._waiting[-1]) <= CRUMB:
            self._waiting[-1] = memoryview(b"".join((self._waiting[-1], rest)))
        else:
            self._waiting.append(rest)
        self._waiting_size += len(rest)

    def _flush(self) -> None:
        try:
            sent = self._send(self._waiting[0])
        except BlockingIOError:
            return
        except OSError:
            self._pair.cut("cut")
            return
        self._waiting_size -= sent
        if sent < len(self._waiting[0]):
            self._waiting[0] = self._waiting[0][sent:]
            return
        self._waiting.popleft()
        if not self._waiting:
            self._loop.remove_writer(self._sink_fd)
        self._after_flush()

    def _after_flush(self) -> None:
        if self._is_ending:
            self.pass_end()
        elif self._detour is not None:
            self.ease()
        elif not self._waiting:
            self._read_on()

    def _read_on(self) -> None:
        if not self._is_reading and not self.has_read_all:
            self._is_reading = True
            self._watch()

    def _change_reader(self) -> None:
        if self._is_reading:
            self._watch()

    def _watch(self) -> None:
        straight = self._forward if self._hear is None else self._forward_heard
        self._loop.add_reader(self._source_fd, straight if self._detour is None else self._take_detour)

    def _stop_reading(self) -> None:
        if self._is_reading:
            self._is_reading = False
            self._loop.remove_reader(self._source_fd)


def _nothing() -> int:
    return 0
