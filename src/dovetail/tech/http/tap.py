"""Listens on an edge that speaks HTTP/1.1 and turns its bytes into exchanges. Called by the edge."""

import re
from collections import deque

from dovetail.model.exchange import Exchange
from dovetail.plugin.tap import Line, Tap
from dovetail.wire.http1 import (
    END,
    HEAD,
    Framer,
    Kind,
    bare_request,
    measure_answer,
    measure_request,
    request_line,
    starts_answer,
    starts_request,
    whole_answer,
)

TRACE_NAME = b"\r\ntraceparent:"
TRACE = re.compile(rb"\r\ntraceparent: *[0-9a-f]{2}-([0-9a-f]{32})-")
FAULT_MARK = b"\r\ndovetail-fault:"
ODD_METHODS = (b"HEAD", b"CONNECT")
SWITCHING = b"101"
FAILING = b"400"


class Asked:
    """A request that waits for its answer."""

    __slots__ = ("line", "method", "sent", "started_at", "trace")

    def __init__(self, line: bytes, method: bytes, trace: str, started_at: float) -> None:
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
        self._ended = ""
        self._is_deaf = False

    @property
    def is_between(self) -> bool:
        """Tell whether every request that was sent has its whole answer."""
        return not self._is_deaf and not self._asked and self._requests.is_between and self._answers.is_between

    def client_sent(self, data: bytes) -> None:
        if self._is_deaf:
            return
        bare = bare_request(data) if self._requests.is_between else None
        if bare is not None:
            line, method, lowered = bare
            self._ask(line, method, lowered).sent = len(data)
            return
        for kind, piece in self._requests.feed(data):
            if kind is HEAD:
                self._latest = self._ask(*request_line(piece), self._requests.lowered)
            if self._latest is not None:
                self._latest.sent += len(piece)
        self._is_deaf = self._requests.is_broken

    def server_sent(self, data: bytes) -> None:
        if self._is_deaf:
            return
        if self._answers.is_between and self._asked and self._asked[0].method not in ODD_METHODS:
            whole = whole_answer(data)
            if whole is not None:
                status, lowered = whole
                self._tell(self._asked.popleft(), status, name_end(status, lowered), len(data))
                return
        for kind, piece in self._answers.feed(data):
            self._hear_answer(kind, piece)
        if self._answers.is_broken:
            self._give_up("cut")

    def _hear_answer(self, kind: Kind, piece: bytes) -> None:
        self._answered += len(piece)
        if kind is HEAD:
            self._status = piece[9 : piece.index(b"\r\n")]
            self._ended = name_end(self._status, self._answers.lowered)
            if self._status.startswith(SWITCHING):
                self._finish()
                self._is_deaf = True
        elif kind is END:
            self._finish()

    def ended(self, how: str) -> None:
        if not self._is_deaf:
            if self._answers.runs_until_close and how == "closed":
                self._finish()
            self._give_up("faulted" if how == "faulted" else "cut")

    def _ask(self, line: bytes, method: bytes, lowered: bytes) -> Asked:
        trace = TRACE.search(lowered) if TRACE_NAME in lowered else None
        asked = Asked(line, method, trace[1].decode() if trace else "", self._line.clock())
        self._asked.append(asked)
        return asked

    def _measure_answer(self, head: bytes, lowered: bytes) -> int:
        return measure_answer(head, lowered, self._asked[0].method if self._asked else b"")

    def _finish(self) -> None:
        """Report the exchange whose answer is whole; an interim answer is none."""
        if self._asked and (not self._status.startswith(b"1") or self._status.startswith(SWITCHING)):
            self._tell(self._asked.popleft(), self._status, self._ended, self._answered)
            self._answered = 0

    def _give_up(self, ended: str) -> None:
        self._is_deaf = True
        while self._asked:
            self._tell(self._asked.popleft(), b"", ended, self._answered)
            self._answered = 0

    def _tell(self, asked: Asked, answer: bytes, ended: str, answered: int) -> None:
        line, started = self._line, asked.started_at
        line.report(
            Exchange(
                line.edge, "http", asked.line.decode("latin-1"), answer.decode("latin-1"), ended, started,
                (line.clock() - started) * 1000, line.connection, asked.sent, answered, asked.trace,
            )
        )  # fmt: skip


def name_end(status: bytes, lowered: bytes) -> str:
    """Tell how an exchange ended from its answer's status and headers."""
    if FAULT_MARK in lowered:
        return "faulted"
    return "failed" if status >= FAILING else "answered"


class HttpTap:
    def listen(self, line: Line) -> HttpListener:
        return HttpListener(line)


def tap() -> Tap:
    return HttpTap()
