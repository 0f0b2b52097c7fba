"""The server's stream with brokers' addresses changed; every other byte goes through as it came. Used by the tap."""

from collections.abc import Callable

from dovetail.model.address import Address
from dovetail.tech.kafka.addresses import is_rewritten, rewrite_answer
from dovetail.tech.kafka.frame import FrameError

_HEAD = 8
_SMALLEST = 4
_MOST_HELD = 16 << 20

Kind = tuple[int, int]


class Rewriting:
    """Holds bytes back only while an answer that names addresses is not yet whole.

    `kind_of` tells the API and version that a correlation id was asked with; bytes that make no sense end it all.
    """

    def __init__(self, door: Address, kind_of: Callable[[int], Kind | None]) -> None:
        self._door = door
        self._kind_of = kind_of
        self._held = bytearray()
        self._wanted = 0
        self._passing = 0
        self._is_over = False

    def feed(self, data: bytes) -> bytes:
        """Return what may go on now; the very same object where nothing was changed."""
        if self._is_over:
            return data
        if self._held:
            self._held += data
            if len(self._held) < self._wanted:
                return b""
            data = bytes(self._held)
            self._held.clear()
        return self._cut(data)

    def _cut(self, data: bytes) -> bytes:
        parts: list[bytes] = []
        done, at = 0, min(self._passing, len(data))
        self._passing -= at
        while at < len(data):
            end = self._frame_end(data, at)
            if end is None:
                self._held += data[at:]
                return b"".join((*parts, data[done:at]))
            if end < 0:
                self._is_over = True
                break
            changed = self._change(data, at, end)
            if changed is not None:
                parts += (data[done:at], changed)
                done = end
            self._passing = max(0, end - len(data))
            at = min(end, len(data))
        return b"".join((*parts, data[done:])) if parts else data

    def _frame_end(self, data: bytes, at: int) -> int | None:
        """Return where the frame ends (it may be beyond `data`), None to wait for more, -1 to give up."""
        if len(data) - at < _HEAD:
            self._wanted = _HEAD
            return None
        size = int.from_bytes(data[at : at + 4], "big", signed=True)
        kind = self._kind_of(int.from_bytes(data[at + 4 : at + 8], "big", signed=True))
        end = at + 4 + size
        if size < _SMALLEST or kind is None:
            return -1
        if end <= len(data) or not is_rewritten(*kind):
            return end
        if size > _MOST_HELD:
            return -1
        self._wanted = end - at
        return None

    def _change(self, data: bytes, at: int, end: int) -> bytes | None:
        kind = self._kind_of(int.from_bytes(data[at + 4 : at + 8], "big", signed=True))
        if kind is None or not is_rewritten(*kind):
            return None
        try:
            changed = rewrite_answer(*kind, data[at + 4 : end], self._door)
        except FrameError:
            return None
        return len(changed).to_bytes(4, "big") + changed
