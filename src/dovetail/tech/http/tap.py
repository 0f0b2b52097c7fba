"""Listens on an edge that speaks HTTP/1.1 and turns its bytes into exchanges. Called by the edge."""

import re
from collections import deque

from msgspec import Struct
from msgspec.structs import replace

from dovetail.model.exchange import Exchange
from dovetail.plugin.tap import Line, Tap
from dovetail.wire.http1 import (
    END,
    HEAD,
    TUNNEL,
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
STILL_CALLING = re.compile(rb"\r\nupgrade:[^\r]*\b(h2c|tls/)")
FAILING = b"400"


class Request(Struct, frozen=True):
    """What is told of a request; `data` is the whole of it, so that the same bytes need no second look.

    Likewise `headers`, which a client repeats: all behind the first line of a request that has no body.
    """

    data: bytes
    line: str
    method: bytes
    trace: str
    headers: bytes = b""


class Asked:
    """A request that waits for its answer."""

    __slots__ = ("request", "sent", "started_at")

    def __init__(self, request: Request, started_at: float, sent: int) -> None:
        self.request = request
        self.started_at = started_at
        self.sent = sent


class Known(Struct, frozen=True):
    """An answer that came in one piece; the next one with the same head and size needs no second look."""

    head: bytes
    size: int
    status: str
    ended: str


class HttpListener:
    """One connection; bytes that are not HTTP, or no longer, end the listening.

    After an upgrade or a CONNECT that was granted there are no more calls, unless it goes on as HTTP/2 or over TLS.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._asked: deque[Asked] = deque()
        self._latest: Asked | None = None
        self._requests = Framer(starts_request, measure_request)
        self._answers = Framer(starts_answer, self._measure_answer)
        self._repeated: Request | None = None
        self._known: Known | None = None
        self._answered = 0
        self._status = b""
        self._ended = ""
        self._is_deaf = False
        self._has_turned = False

    @property
    def is_between(self) -> bool:
        """Tell whether every request that was sent has its whole answer."""
        return not self._is_deaf and not self._asked and self._requests.is_between and self._answers.is_between

    def client_sent(self, data: bytes) -> None:
        if self._is_deaf:
            return
        if self._requests.is_between:
            repeated = self._repeated
            if repeated is None or data != repeated.data:
                self._repeated = repeated = recognize_request(data, repeated)
            if repeated is not None:
                self._asked.append(Asked(repeated, self._line.clock(), len(data)))
                return
        for kind, piece in self._requests.feed(data):
            if kind is HEAD:
                self._latest = Asked(read_request(piece, self._requests.lowered), self._line.clock(), 0)
                self._asked.append(self._latest)
            if self._latest is not None:
                self._latest.sent += len(piece)
        if self._requests.is_broken:
            self._lose(len(data))

    def server_sent(self, data: bytes) -> None:
        if self._is_deaf:
            return
        if self._answers.is_between and self._asked and self._asked[0].request.method not in ODD_METHODS:
            known = self._known
            if known is None or len(data) != known.size or not data.startswith(known.head):
                self._known = known = recognize(data)
            if known is not None:
                self._tell(self._asked.popleft(), known.status, known.ended, self._answered + known.size)
                self._answered = 0
                return
        for kind, piece in self._answers.feed(data):
            self._hear_answer(kind, piece)
        if self._answers.is_broken and not self._is_deaf:
            self._lose(0 if self._asked else len(data))

    def _hear_answer(self, kind: Kind, piece: bytes) -> None:
        self._answered += len(piece)
        if kind is HEAD:
            self._status = piece[9 : piece.index(b"\r\n")]
            self._ended = name_end(self._status, self._answers.lowered)
            if self._has_turned:
                self._turn()
            elif not self._asked and not self._requests.is_between:
                self._lose(len(piece))
        elif kind is END:
            self._finish()

    def ended(self, how: str) -> None:
        if not self._is_deaf:
            if self._answers.runs_until_close and how == "closed":
                self._finish()
            self._give_up("faulted" if how == "faulted" else "cut")

    def _turn(self) -> None:
        """Tell the exchange that made the connection something else."""
        self._finish()
        if STILL_CALLING.search(self._answers.lowered):
            self._lose(0)
        self._is_deaf = True

    def _lose(self, size: int) -> None:
        self._give_up("cut")
        self._line.lost(size)

    def _measure_answer(self, head: bytes, lowered: bytes) -> int:
        length = measure_answer(head, lowered, self._asked[0].request.method if self._asked else b"")
        self._has_turned = length == TUNNEL
        return length

    def _finish(self) -> None:
        """Report the exchange whose answer is whole; an interim answer is none."""
        if self._asked and (not self._status.startswith(b"1") or self._status.startswith(SWITCHING)):
            self._tell(self._asked.popleft(), self._status.decode("latin-1"), self._ended, self._answered)
            self._answered = 0

    def _give_up(self, ended: str) -> None:
        self._is_deaf = True
        while self._asked:
            self._tell(self._asked.popleft(), "", ended, self._answered)
            self._answered = 0

    def _tell(self, asked: Asked, answer: str, ended: str, answered: int) -> None:
        line, started = self._line, asked.started_at
        line.report(
            Exchange(
                line.edge, "http", asked.request.line, answer, ended, started,
                (line.clock() - started) * 1000, line.connection, asked.sent, answered, asked.request.trace,
            )
        )  # fmt: skip


def recognize_request(data: bytes, latest: Request | None = None) -> Request | None:
    """Read a request that is there as a whole and has no body; None for any other."""
    headers = data[data.find(b"\r\n") :]
    if latest is not None and headers == latest.headers:
        line, method = request_line(data)
        if line:
            return Request(data, line.decode("latin-1"), method, latest.trace, headers)
    bare = bare_request(data)
    return replace(read_request(data, bare), headers=headers) if bare is not None else None


def read_request(head: bytes, lowered: bytes) -> Request:
    line, method = request_line(head)
    trace = TRACE.search(lowered) if TRACE_NAME in lowered else None
    return Request(head, line.decode("latin-1"), method, trace[1].decode() if trace else "")


def recognize(data: bytes) -> Known | None:
    """Read an answer that is there as a whole; None where it is not, or not so simply."""
    whole = whole_answer(data)
    if whole is None:
        return None
    status, lowered = whole
    return Known(data[: len(lowered)], len(data), status.decode("latin-1"), name_end(status, lowered))


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
