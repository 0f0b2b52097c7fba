"""What services write: cut into lines, kept in a ring, told as events, written to a file; never a reason to wait.

Called by whatever starts a process on the stage.
"""

import asyncio
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from dovetail.environment.hub import Hub
from dovetail.environment.stage import LogLine
from dovetail.model.event import LogWritten

LINES_KEPT = 2_000
LINES_TOLD = 2_000
WINDOW = 0.25
LONGEST_LINE = 16_384
TAIL = 40
SHORTEST_SECRET = 3


class ServiceLog:
    """One service's lines. A flood is told up to a budget per window; the file still gets all of it."""

    def __init__(self, service: str, hub: Hub, file: Path | None = None, secrets: Iterable[str] = ()) -> None:
        self.service = service
        self._hub = hub
        self._lines: deque[LogLine] = deque(maxlen=LINES_KEPT)
        self._watchers: list[Callable[[str], None]] = []
        self._rest = b""
        self._secrets = tuple({form for secret in secrets for form in _forms(secret)})
        self._window = 0.0
        self._told = 0
        self._unsaid = 0
        self._file: BinaryIO | None = file.open("ab", buffering=0) if file else None

    def feed(self, data: bytes) -> None:
        """Take bytes as they come from the service."""
        whole, end, self._rest = (self._rest + data).rpartition(b"\n")
        if len(self._rest) > LONGEST_LINE:
            whole, end, self._rest = whole + end + self._rest, b"\n", b""
        if not end:
            return
        whole = self._hide(whole)
        if self._file is not None:
            self._file.write(whole + end)
        lines = whole.split(b"\n")
        room = self._open_window()
        spared = max(0, len(lines) - max(room, TAIL))
        self._unsaid += spared
        for raw in lines[spared:]:
            self.add(raw[:LONGEST_LINE].decode("utf-8", "replace").rstrip("\r"))

    def finish(self) -> None:
        """Take the last line also where it was never ended."""
        if self._rest:
            self.feed(b"\n")

    def add(self, text: str) -> None:
        now = self._hub.clock()
        if self._unsaid:
            unsaid, self._unsaid = self._unsaid, 0
            self.add(f"… {unsaid} lines came too fast to be shown")
        self._told += 1
        self._lines.append(LogLine(now, self.service, text))
        for watcher in self._watchers:
            watcher(text)
        self._hub.tell(LogWritten(now, self.service, text))

    def watch(self, watcher: Callable[[str], None]) -> Callable[[], None]:
        """Hand every new line to `watcher`; returns what ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def since(self, at: float) -> tuple[LogLine, ...]:
        return tuple(line for line in self._lines if line.at >= at)

    def tail(self, count: int = TAIL) -> tuple[str, ...]:
        return tuple(line.text for line in list(self._lines)[-count:])

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _hide(self, text: bytes) -> bytes:
        """Blot out secrets; the file is read by people, and nobody masks it later."""
        for secret in self._secrets:
            text = text.replace(secret, b"***")
        return text

    def _open_window(self) -> int:
        now = self._hub.clock()
        if now - self._window > WINDOW:
            self._window, self._told = now, 0
        return max(0, LINES_TOLD - self._told)


def _forms(secret: str) -> Iterator[bytes]:
    if len(secret) >= SHORTEST_SECRET:
        yield secret.encode()
        yield b64encode(secret.encode()).rstrip(b"=")
        yield quote(secret, safe="").encode()


class Reader(asyncio.Protocol):
    """Passes a pipe on to a log and tells when it ended."""

    def __init__(self, log: ServiceLog) -> None:
        self._log = log
        self.ended = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        self._log.feed(data)

    def connection_lost(self, _: Exception | None) -> None:
        self._log.finish()
        if not self.ended.done():
            self.ended.set_result(None)
