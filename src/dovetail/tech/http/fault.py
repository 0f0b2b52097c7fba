"""The active fault of HTTP: answers some requests itself, or cuts their answers short. Called by the edge."""

import math
import re
from collections import deque
from collections.abc import Mapping
from fnmatch import fnmatchcase
from http import HTTPStatus
from random import Random
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from dovetail.errors import Problem, SuiteError
from dovetail.model.data import Data
from dovetail.plugin.fault import ActiveFault, FaultMaker, Interceptor, Wire
from dovetail.wire.http1 import (
    DATA,
    END,
    HEAD,
    TUNNEL,
    Framer,
    Kind,
    measure_answer,
    measure_request,
    request_line,
    starts_answer,
    starts_request,
    status_of,
)

MARK = b"dovetail-fault: http\r\n"
BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
FIRST_FINAL, LAST_FINAL = 200, 599
_CLOSING = re.compile(rb"[^\r]* http/1\.0\r|[^\0]*\r\nconnection:[^\r]*\bclose\b")


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of the fault; see the sheet."""

    status: int = 0
    first: Annotated[int, Meta(ge=0)] | None = None
    every: Annotated[int, Meta(ge=1)] = 1
    probability: Annotated[float, Meta(ge=0, le=1)] = 1.0
    method: str = ""
    path: str = ""
    body: object = None
    headers: dict[str, str | int | float | bool] = {}
    retry_after: Annotated[float, Meta(ge=0)] | None = None
    truncate: Annotated[int, Meta(ge=0)] | None = None


class Turn(Struct):
    """A request whose answer is still to come: ours where there are bytes, else the service's, cut after `most`."""

    method: str
    answer: bytes = b""
    most: int | None = None
    closes: bool = False
    is_ready: bool = True


class HttpFault:
    """Counts over all connections of the edge, so that the first two are the first two."""

    def __init__(self, order: Order, random: Random) -> None:
        self.order = order
        self._random = random
        self._matched = 0

    def intercept(self, wire: Wire) -> Interceptor:
        return HttpInterceptor(self, wire)

    def strikes(self, method: str, target: str) -> bool:
        """Decide for one request, and count it if it is meant at all."""
        order = self.order
        if order.method and order.method.upper() != method:
            return False
        if order.path and not fnmatchcase(target.partition("?")[0], order.path):
            return False
        self._matched += 1
        if order.first is not None and self._matched > order.first:
            return False
        if self._matched % order.every:
            return False
        return order.probability >= 1 or self._random.random() < order.probability

    def turn(self, method: str, lowered: bytes) -> Turn:
        """Make the answer of a request that is struck."""
        order = self.order
        if not order.status:
            return Turn(method, most=order.truncate)
        is_expecting = b"\r\nexpect:" in lowered
        parts = is_expecting or asks_to_close(lowered)
        answer = write_answer(order, is_body_sent=method != "HEAD", parts=parts)
        return Turn(method, answer, closes=parts or order.truncate is not None, is_ready=is_expecting)


class HttpInterceptor:
    """One connection under the fault; answers stay in the order of their requests."""

    def __init__(self, fault: HttpFault, wire: Wire) -> None:
        self._fault = fault
        self._wire = wire
        self._requests = Framer(starts_request, measure_request)
        self._answers = Framer(starts_answer, self._measure_answer)
        self._turns: deque[Turn] = deque()
        self._swallowed: Turn | None = None
        self._passed = 0
        self._is_lifted = self._is_closed = False

    @property
    def is_between(self) -> bool:
        return self._requests.is_between and self._answers.is_between and not self._turns

    def lift(self) -> None:
        self._is_lifted = True

    def client_sent(self, data: bytes) -> None:
        for kind, piece in self._requests.feed(data):
            if self._is_closed:
                return
            if kind is HEAD:
                self._ask(piece)
            if self._swallowed is None:
                self._wire.to_server(piece)
            elif kind is END:
                self._swallowed.is_ready, self._swallowed = True, None
            self._answer_turns()

    def server_sent(self, data: bytes) -> None:
        for kind, piece in self._answers.feed(data):
            if self._is_closed:
                return
            if kind is END:
                self._turns.popleft() if self._turns else None
                self._answer_turns()
            else:
                self._pass_answer(kind, piece)

    def client_ended(self) -> None:
        if self._swallowed is None and not self._is_closed:
            self._wire.to_server(self._requests.release())

    def server_ended(self) -> None:
        if not self._is_closed:
            self._wire.to_client(self._answers.release())

    def _ask(self, head: bytes) -> None:
        line, _ = request_line(head)
        method, _, target = line.decode("latin-1").partition(" ")
        is_struck = not self._is_lifted and self._fault.strikes(method, target)
        turn = self._fault.turn(method, self._requests.lowered) if is_struck else Turn(method)
        self._turns.append(turn)
        self._swallowed = turn if turn.answer else None

    def _answer_turns(self) -> None:
        while self._turns and self._turns[0].answer and self._turns[0].is_ready and not self._is_closed:
            turn = self._turns.popleft()
            self._wire.to_client(turn.answer)
            if turn.closes:
                self._close()

    def _pass_answer(self, kind: Kind, piece: bytes) -> None:
        most = self._turns[0].most if self._turns else None
        if kind is HEAD:
            self._passed = 0
        elif kind is DATA and most is not None:
            left = most - self._passed
            self._passed += len(piece)
            if len(piece) > left:
                self._wire.to_client(piece[:left])
                self._close()
                return
        self._wire.to_client(piece)

    def _measure_answer(self, head: bytes, lowered: bytes) -> int:
        """Also hide the end of interim answers, after which the real one still comes."""
        length = measure_answer(head, lowered, self._turns[0].method.encode() if self._turns else b"")
        if status_of(head) < FIRST_FINAL and length == 0:
            self._turns.appendleft(Turn(""))
        elif length == TUNNEL:
            self._requests.run_on()
            self._wire.to_server(self._requests.release())
        return length

    def _close(self) -> None:
        self._is_closed = True
        self._wire.close()


def write_answer(order: Order, *, is_body_sent: bool, parts: bool) -> bytes:
    """Write the answer that an order asks for, its body cut short if it says so; `parts` announces the close."""
    text = isinstance(order.body, str)
    body = b"" if order.body is None else str(order.body).encode() if text else msgspec.json.encode(order.body)
    headers = {"content-type": "text/plain; charset=utf-8" if text else "application/json"} if body else {}
    if order.retry_after is not None:
        headers["retry-after"] = str(math.ceil(order.retry_after))
    headers |= {name.lower(): str(value) for name, value in order.headers.items()}
    if order.status not in BODILESS:
        headers["content-length"] = str(len(body))
    if parts:
        headers["connection"] = "close"
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    reason = HTTPStatus(order.status).phrase if order.status in list(HTTPStatus) else "Status"
    head = f"HTTP/1.1 {order.status} {reason}\r\n{lines}".encode() + MARK + b"\r\n"
    return head + body[: order.truncate] if is_body_sent and order.status not in BODILESS else head


def asks_to_close(lowered: bytes) -> bool:
    """Tell whether the client may read until the end; HTTP/1.0 always may."""
    return _CLOSING.match(lowered) is not None


class HttpFaultMaker:
    def make(self, settings: Mapping[str, Data], random: Random) -> ActiveFault:
        try:
            order = msgspec.convert(dict(settings), Order, strict=False)
        except msgspec.ValidationError as error:
            raise SuiteError(Problem(f"the fault http cannot be read: {error}")) from error
        if any("\n" in text or "\r" in text for pair in order.headers.items() for text in map(str, pair)):
            raise SuiteError(Problem("a header of the fault http holds a line break"))
        if not order.status and order.truncate is None:
            order = msgspec.structs.replace(order, status=HTTPStatus.SERVICE_UNAVAILABLE)
        if order.status and not FIRST_FINAL <= order.status <= LAST_FINAL:
            raise SuiteError(Problem(f"the fault http needs a status from 200 to 599, got {order.status}"))
        return HttpFault(order, random)


def fault() -> FaultMaker:
    return HttpFaultMaker()
