"""Framed JSON over a unix socket: what the stage's server and its clients both speak.

A frame is its length in four bytes and a list: `[number, method, arguments]` asks, `[number, "ok", result]` and
`[number, "error", …]` answer, `[0, "events", […]]` tells.
"""

import asyncio
import os
import struct
from collections.abc import Callable
from typing import cast

import msgspec

from dovetail.environment.order import revive
from dovetail.errors import DovetailError, Problem, StageError, tree
from dovetail.model.event import EVENTS, Event

HEAD = struct.Struct(">I")
NAMES = {kind: name for name, kind in EVENTS.items()}
Frame = tuple[int, str, object]


class Channel(asyncio.Protocol):
    """Cuts what arrives into frames for `hear`; tells `lost` once when the other side is gone."""

    def __init__(self, hear: Callable[[Frame], None], lost: Callable[[], None]) -> None:
        self._hear = hear
        self._lost = lost
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= HEAD.size:
            (size,) = HEAD.unpack_from(self._buffer)
            if len(self._buffer) < HEAD.size + size:
                return
            frame = bytes(self._buffer[HEAD.size : HEAD.size + size])
            del self._buffer[: HEAD.size + size]
            self._hear(cast("Frame", tuple(msgspec.json.decode(frame))))

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None
        self._lost()

    def send(self, number: int, word: str, content: object) -> None:
        """Send a frame; nothing where the other side is gone."""
        if self._transport is not None:
            frame = msgspec.json.encode((number, word, content))
            self._transport.write(HEAD.pack(len(frame)) + frame)

    @property
    def backlog(self) -> int:
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    def disown(self) -> None:
        """Point this copy of the connection at nothing, in a process that was forked off; whose it is goes on."""
        if self._transport is not None:
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, self._transport.get_extra_info("socket").fileno(), inheritable=False)
            os.close(nothing)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def write_events(events: list[Event]) -> list[tuple[str, Event]]:
    return [(NAMES[type(event)], event) for event in events]


def read_events(raw: object) -> list[Event]:
    return [revive(EVENTS[name], event) for name, event in cast("list[tuple[str, object]]", raw)]


def write_error(error: DovetailError) -> tuple[str, tuple[Problem | str, ...]]:
    return type(error).__name__, tuple(error.problems)


def read_error(raw: object) -> DovetailError:
    """Rebuild an error as the member of the tree that it was."""
    name, problems = cast("tuple[str, list[object]]", raw)
    kind = getattr(tree, name, StageError)
    return cast("DovetailError", kind(*(revive(Problem, problem) for problem in problems)))
