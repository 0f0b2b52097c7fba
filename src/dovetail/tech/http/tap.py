"""Listens on an edge that speaks HTTP/1.1 and turns its bytes into exchanges. Called by the edge."""

import re
from collections import deque
from http import HTTPStatus

from dovetail.model.exchange import Exchange
from dovetail.plugin.tap import Line, Tap
from dovetail.wire.http1 import (
    END,
    HEAD,
    Framer,
    header,
    measure_answer,
    measure_request,
    request_line,
    starts_answer,
    starts_request,
)

TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-")
FAULT_MARK = b"\r\ndovetail-fault:"
INTERIM_BELOW = 200
SWITCHING = 101


class Asked:
    """A request that waits for its answer."""

    __slots__ = ("line", "method", "sent", "started_at", "trace")

    def __init__(self, line: str, method: str, trace: str, started_at: float) -> None:
        self.line = line
        self.method = method
        self.trace = trace
        self.started_at = started_at
        self.sent = 0


class HttpListener:
    """One connection; bytes that are not HTTP, or no longer, end the listening."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._asked: deque[Asked] = deque()
        self._latest: Asked | None = None
        self._requests = Framer(starts_request, measure_request)
        self._answers = Framer(starts_answer, self._measure_answer)
        self._answered = 0
        self._status = b""
        self._is_faulted = False
        self._is_deaf = False

    @property
    def is_between(self) -> bool:
        """Tell whether every request that was sent has its whole answer."""
        return not self._is_deaf and not self._asked and self._requests.is_between and self._answers.is_between

    def client_sent(self, data: bytes) -> None:
        if self._is_deaf:
            return
        for kind, piece in self._requests.feed(data):
            if kind is HEAD:
                self._ask(piece)
            if self._latest is not None:
                self._latest.sent += len(piece)
        self._is_deaf = self._requests.is_broken

    def server_sent(self, data: bytes) -> None:
        if self._is_deaf:
            return
        for kind, piece in self._answers.feed(data):
            if kind is HEAD:
                self._status = piece[9 : piece.index(b"\r\n")]
                self._is_faulted = FAULT_MARK in self._answers.lowered
                self._answered = len(piece)
                if self._status.startswith(b"101"):
                    self._finish()
                    self._is_deaf = True
            elif kind is END:
                self._finish()
            else:
                self._answered += len(piece)
        if self._answers.is_broken:
            self._give_up("cut")

    def ended(self, how: str) -> None:
        if not self._is_deaf:
            if self._answers.runs_until_close and how == "closed":
                self._finish()
            self._give_up("faulted" if how == "faulted" else "cut")

    def _ask(self, head: bytes) -> None:
        method, target = request_line(head)
        trace = header(self._requests.lowered, b"\r\ntraceparent:", self._requests.lowered)
        found = TRACE.match(trace) if trace else None
        asked = Asked(f"{method} {target}", method, found[1] if found else "", self._line.clock())
        self._latest = asked
        self._asked.append(asked)

    def _measure_answer(self, head: bytes, lowered: bytes) -> int:
        return measure_answer(head, lowered, self._asked[0].method if self._asked else "")

    def _finish(self) -> None:
        """Report the exchange whose answer is whole; an interim answer is none."""
        status = int(self._status[:3])
        if not self._asked or (status < INTERIM_BELOW and status != SWITCHING):
            return
        asked = self._asked.popleft()
        ended = "faulted" if self._is_faulted else "failed" if status >= HTTPStatus.BAD_REQUEST else "answered"
        self._tell(asked, self._status.decode("latin-1").strip(), ended, self._answered)
        self._answered = 0

    def _give_up(self, ended: str) -> None:
        self._is_deaf = True
        while self._asked:
            self._tell(self._asked.popleft(), "", ended, self._answered)
            self._answered = 0

    def _tell(self, asked: Asked, answer: str, ended: str, answered: int) -> None:
        line = self._line
        took = (line.clock() - asked.started_at) * 1000
        line.report(
            Exchange(
                line.edge, "http", asked.line, answer, ended, asked.started_at, took, line.connection, asked.sent,
                answered, asked.trace,
            )
        )  # fmt: skip


class HttpTap:
    def listen(self, line: Line) -> HttpListener:
        return HttpListener(line)


def tap() -> Tap:
    return HttpTap()
