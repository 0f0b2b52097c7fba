"""The tap of PostgreSQL: statements and how they ended, read from the bytes on an edge. Called by the edge proxy.

Follows simple and extended queries, also pipelined, and the statement that turns to replication; what turns to TLS is
lost. A connection that only cancels is left alone.
"""

import re
from collections import deque

from msgspec import Struct

from dovetail.model.exchange import Exchange
from dovetail.plugin.tap import Line, Listener, Tap
from dovetail.tech.postgres.message import CANCEL_REQUEST, GSS_REQUEST, SSL_REQUEST, STARTUP, read_refusal, read_text
from dovetail.tech.postgres.scanner import HEADER_SIZE, READY_SIZE, SYNC_SIZE, Scanner, UnknownBytesError

REQUEST_AT_MOST = 400
GREETING_AT_MOST = 10_000
RUN = 2
FROM_CLIENT = b"PBEQSCF"
FROM_CLIENT_BESIDES = b"DHXdcfp"
FROM_SERVER = b"CIsEZ1"
FROM_SERVER_BESIDES = b"RSKNTtDnAGHWdc23vV"
_TRACE = re.compile(r"traceparent='00-([0-9a-f]{32})-")


class _Asked(Struct, gc=False):
    """What the client waits for: a login, query (simple), statement (prepared or run) or sync."""

    kind: str
    text: str = ""
    trace: str = ""
    at: float = 0.0
    sent: int = 0
    answer: str = ""


class PostgresListener:
    def __init__(self, line: Line) -> None:
        self._line = line
        self._greeting = b""
        self._is_greeting = True
        self._is_offered = False
        self._is_deaf = False
        self._is_skipping = False
        self._client = Scanner(FROM_CLIENT, FROM_CLIENT_BESIDES)
        self._server = Scanner(FROM_SERVER, FROM_SERVER_BESIDES, counts_rows=True)
        self._asked: deque[_Asked] = deque()
        self._prepared: dict[str, tuple[str, str]] = {}
        self._portals: dict[str, tuple[str, str]] = {}
        self._reported_sent = 0
        self._reported_answered = 0
        self._detail: dict[str, str] = {}
        self._with_rows: dict[str, str] = {}
        self._latest_rows = 0

    def client_sent(self, data: bytes) -> None:
        if self._is_deaf:
            return
        now = self._line.clock()
        query = None if self._is_greeting else self._client.take_query(data)
        if query is not None:
            self._ask("query", *_read_sql(query, 0), now)
            return
        try:
            messages = self._read_greeting(data, now) if self._is_greeting else self._take_run(data, now)
            if messages:
                for kind, body in self._client.scan(messages):
                    self._hear_client(chr(kind), body, now)
        except UnknownBytesError:
            self._lose(len(data))

    def server_sent(self, data: bytes) -> None:
        if self._is_deaf:
            return
        now = self._line.clock()
        front = self._asked[0] if self._asked else None
        if front is not None and front.kind == "query" and not front.answer:
            tag = self._server.take_answer(data)
            if tag is not None:
                self._asked.popleft()
                self._report(front, tag.decode("utf-8", "replace"), "answered", now)
                return
        try:
            messages = self._read_offer(data, now) if self._is_offered else self._take_run_answer(data, now)
            if messages:
                for kind, body in self._server.scan(messages):
                    self._hear_server(chr(kind), body, now)
        except UnknownBytesError:
            self._lose(0 if self._asked else len(data))

    def ended(self, how: str) -> None:
        self._give_up("cut" if how == "closed" else how, self._line.clock())
        self._is_deaf = True

    def _lose(self, size: int) -> None:
        self._is_deaf = True
        self._give_up("cut", self._line.clock())
        self._line.lost(size)

    def _give_up(self, ended: str, now: float) -> None:
        for asked in self._asked:
            if asked.kind in {"query", "statement", "login"}:
                self._report(asked, "", ended, now)
        self._asked.clear()

    def _read_greeting(self, data: bytes, now: float) -> bytes:
        """Read what comes before messages have kinds; return the bytes behind it. Raises UnknownBytesError."""
        self._greeting += data
        said = self._greeting
        length, code = int.from_bytes(said[:4], "big"), int.from_bytes(said[4:8], "big")
        if said[:1] not in {b"", b"\0"} or length > GREETING_AT_MOST:
            raise UnknownBytesError
        if len(said) < max(8, length) or self._is_offered:
            return b""
        self._greeting = said[length:]
        if code in {SSL_REQUEST, GSS_REQUEST}:
            self._is_offered = True
        elif code >> 16 == STARTUP >> 16:
            self._is_greeting = False
            words = said[8:length].decode("utf-8", "replace").split("\0")
            who = {key: value for key, value in zip(words[::2], words[1::2], strict=False) if key}
            self._detail = {key: who[key] for key in ("database", "application_name") if who.get(key)}
            user = who.get("user", "")
            text = f"connect to {who.get('database', user)} as {user}"
            self._asked.append(_Asked("login", text, at=now, sent=length))
            return self._greeting
        elif code == CANCEL_REQUEST:
            self._is_deaf = True
        else:
            raise UnknownBytesError
        return b""

    def _read_offer(self, data: bytes, now: float) -> bytes:
        """Read the one byte that accepts or declines encryption; raises UnknownBytesError where it is accepted."""
        self._is_offered = False
        if data[:1] == b"E":
            return data
        if data[:1] != b"N":
            raise UnknownBytesError
        if self._greeting:
            self._read_greeting(b"", now)
        return data[1:]

    def _take_run(self, data: bytes, now: float) -> bytes:
        """Hear one run of a statement as drivers send it, in one piece up to its sync; return what is left to scan."""
        client = self._client
        parse = client.take_parse(data)
        if parse is not None:
            self._hear_client("P", parse, now)
            data = data[HEADER_SIZE + len(parse) :]
        name = None if self._is_skipping else client.take_run(data)
        if name is None:
            return data
        text, trace = self._bind("", name.decode("utf-8", "replace"))
        end = client.position
        self._asked.append(_Asked("statement", text, trace, now, end - SYNC_SIZE - self._reported_sent))
        self._asked.append(_Asked("sync", at=now, sent=SYNC_SIZE))
        self._reported_sent = end
        return b""

    def _take_run_answer(self, data: bytes, now: float) -> bytes:
        """Hear the whole answer to one run of a statement; return what is left to scan."""
        asked, server = self._asked, self._server
        if asked and asked[0].kind == "parse":
            rest = server.take_parsed(data)
            if rest is None:
                return data
            asked.popleft()
            data = rest
        if len(asked) < RUN or asked[0].kind != "statement" or asked[1].kind != "sync":
            return data
        tag = server.take_answer(data)
        if tag is None:
            return data
        front = asked.popleft()
        asked.popleft()
        self._report(front, tag.decode("utf-8", "replace"), "answered", now, behind=READY_SIZE)
        return b""

    def _bind(self, portal: str, statement: str) -> tuple[str, str]:
        bound = self._portals[portal] = self._prepared.get(statement) or (statement, "")
        return bound

    def _hear_client(self, kind: str, body: bytes, now: float) -> None:
        match kind:
            case "Q":
                self._ask("query", *_read_sql(body, 0), now)
            case "P":
                name = read_text(body)
                self._prepared[name] = _read_sql(body, len(name.encode()) + 1)
                self._ask("parse", *self._prepared[name], now)
            case "B":
                portal = read_text(body)
                statement = read_text(body, len(portal.encode()) + 1)
                self._bind(portal, statement)
            case "E":
                self._ask("statement", *self._portals.get(read_text(body), ("", "")), now)
            case "F":
                self._ask("query", "function call", "", now)
            case "C":
                named = self._prepared if body[:1] == b"S" else self._portals
                named.pop(read_text(body, 1), None)
            case "S":
                self._is_skipping = False
                self._ask("sync", "", "", now)

    def _ask(self, kind: str, text: str, trace: str, now: float) -> None:
        if not self._is_skipping:
            sent = self._client.position
            self._asked.append(_Asked(kind, text, trace, now, sent - self._reported_sent))
            if kind != "parse":
                self._reported_sent = sent

    def _hear_server(self, kind: str, body: bytes, now: float) -> None:
        match kind:
            case "C":
                self._conclude(read_text(body), now)
            case "Z":
                self._settle(now)
            case "E":
                self._refuse(self._asked[0] if self._asked else None, body, now)
            case "1":
                if self._asked and self._asked[0].kind == "parse":
                    self._asked.popleft()
            case "I":
                self._conclude("empty", now)
            case "s":
                self._conclude("suspended", now)

    def _conclude(self, answer: str, now: float) -> None:
        """End a statement; a simple query may hold more of them."""
        front = self._asked[0] if self._asked else None
        if front is None:
            return
        if front.kind == "query":
            front.answer = f"{front.answer}; {answer}" if front.answer else answer
        elif front.kind == "statement":
            self._asked.popleft()
            self._report(front, answer, "answered", now)

    def _refuse(self, front: _Asked | None, body: bytes, now: float) -> None:
        """Report what the server refused; the rest of an extended batch is never run."""
        refusal = read_refusal(body)
        asked = front or _Asked("idle", "idle", at=now)
        self._report(asked, str(refusal), "failed", now, refusal.code)
        if front is None or front.kind == "login":
            self._asked.clear()
        elif front.kind == "query":
            front.kind = "refused"
        else:
            while self._asked and self._asked[0].kind != "sync":
                self._asked.popleft()
            self._is_skipping = not self._asked

    def _settle(self, now: float) -> None:
        """End what came before: the server is ready again."""
        while self._asked:
            front = self._asked.popleft()
            if front.kind == "query":
                self._report(front, front.answer, "answered", now)
            if front.kind in {"query", "refused", "sync", "login"}:
                break

    def _report(self, asked: _Asked, answer: str, ended: str, now: float, code: str = "", behind: int = 0) -> None:
        line, server, at, detail = self._line, self._server, asked.at, self._detail
        rows = server.rows
        if rows:
            server.rows = 0
            if rows != self._latest_rows:
                self._latest_rows = rows
                self._with_rows = {**detail, "rows": str(rows)}
            detail = self._with_rows
        if code:
            detail = {**detail, "code": code}
        position = server.position - behind
        answered = position - self._reported_answered
        self._reported_answered = position
        line.report(
            Exchange(
                line.edge, "postgres", asked.text, answer, ended, at,
                (now - at) * 1000, line.connection, asked.sent, answered, asked.trace, detail,
            )
        )  # fmt: skip


class PostgresTap:
    def listen(self, line: Line) -> Listener:
        return PostgresListener(line)


def tap() -> Tap:
    return PostgresTap()


def _read_sql(body: bytes, offset: int) -> tuple[str, str]:
    """Return a statement on one line, cut, and the trace that a comment in it carries."""
    sql = read_text(body, offset)
    found = _TRACE.search(sql) if "traceparent" in sql else None
    line = sql if sql.isprintable() and "  " not in sql and sql == sql.strip() else " ".join(sql.split())
    return line if len(line) <= REQUEST_AT_MOST else line[: REQUEST_AT_MOST - 1] + "…", found[1] if found else ""
