"""The tap of Redis and Valkey: commands and their replies, read from the bytes on an edge. Called by the edge proxy.

Follows pipelines, transactions and subscriptions in both versions of the protocol. A connection that turns to
replication is told and left alone; one that turns to monitoring or to commands without replies is lost. Passwords are
not shown.
"""

from collections import deque

from msgspec import Struct

from dovetail.model.exchange import Exchange
from dovetail.plugin.tap import Line, Listener, Tap
from dovetail.tech.redis.scanner import WORDS_KEPT, Scanner, Sight, Taken, UnknownBytesError

SUBSCRIBING = frozenset({"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"})
CONFIRMING = frozenset(name.lower() for name in SUBSCRIBING)
MESSAGES = frozenset({"message", "pmessage", "smessage"})
UNPAIRED = frozenset({"MONITOR", "SYNC"})
SECRET = frozenset({"AUTH", "HELLO", "ACL", "CONFIG", "MIGRATE"})
NEXT = b"\r\n*"
COLLECTIONS = frozenset({b"*", b"%", b"~"})
LISTED = frozenset("*~>%_")
SPECIAL = SUBSCRIBING | UNPAIRED | SECRET | {"CLIENT", "PSYNC"}


class _Asked(Struct, gc=False):
    """A command under way; `confirmations` are still to come where it subscribes; `turns` is for a replica's."""

    request: str
    at: float
    sent: int
    confirmations: int = 0
    turns: bool = False


class RedisListener:
    def __init__(self, line: Line) -> None:
        self._line = line
        self._client = Scanner(may_be_inline=True)
        self._server = Scanner()
        self._asked: deque[_Asked] = deque()
        self._is_subscribed = False
        self._is_odd = False
        self._is_deaf = False
        self._is_replica = False
        self._detail: dict[str, str] = {}
        self._reported_sent = 0
        self._reported_answered = 0

    def client_sent(self, data: bytes) -> None:
        if self._is_deaf:
            return
        now, client = self._line.clock(), self._client
        try:
            words = None if NEXT in data else client.take_words(data)
            if words is not None:
                self._hear_command(words, len(words), client.position, now)
                return
            commands, rest = client.take_commands(data)
            for count, first, position in commands:
                self._hear_command(first, count, position, now)
            if rest:
                for command in client.scan(rest):
                    self._hear_command(command.words, command.count, client.position, now)
        except UnknownBytesError:
            self._lose(len(data))

    def server_sent(self, data: bytes) -> None:
        if self._is_deaf:
            return
        now, server = self._line.clock(), self._server
        try:
            if not self._asked or self._is_odd:
                self._scan_replies(data, now)
            elif data[:1] not in COLLECTIONS and (text := server.take_text(data)) is not None:
                self._report(self._asked.popleft(), " ".join(text.split()), "answered", now, server.position)
            elif (listed := server.take_list(data)) is not None:
                answer = _tell(chr(data[0]), *listed)
                self._report(self._asked.popleft(), answer, "answered", now, server.position)
            else:
                replies, rest = server.take_replies(data)
                self._hear_replies(replies, now)
                if rest:
                    self._scan_replies(rest, now)
        except UnknownBytesError:
            self._lose(0 if self._asked else len(data))

    def _hear_replies(self, replies: list[Taken], now: float) -> None:
        """Report small replies that came together, each the answer to the next command."""
        line, asked, reported = self._line, self._asked, self._reported_answered
        at, took = now, 0.0
        for kind, count, words, position in replies:
            if not asked:
                return
            front = asked.popleft()
            if front.at != at:
                at = front.at
                took = (now - at) * 1000
            line.report(
                Exchange(
                    line.edge, "redis", front.request, _tell(kind, count, words),
                    "failed" if kind == "-" else "answered", at, took,
                    line.connection, front.sent, position - reported, "", self._detail,
                )
            )  # fmt: skip
            self._reported_answered = reported = position

    def _scan_replies(self, data: bytes, now: float) -> None:
        for reply in self._server.scan(data):
            self._hear_reply(reply, now)
            if self._is_replica:
                self._is_deaf = True
                return

    def ended(self, how: str) -> None:
        self._give_up("cut" if how == "closed" else how, self._line.clock())
        self._is_deaf = True

    def _lose(self, size: int) -> None:
        self._is_deaf = True
        self._give_up("cut", self._line.clock())
        self._line.lost(size)

    def _give_up(self, ended: str, now: float) -> None:
        while self._asked:
            self._report(self._asked.popleft(), "", ended, now, self._server.position)

    def _hear_command(self, words: list[str], count: int, position: int, now: float) -> None:
        if not count:
            return  # the server passes over it without a reply
        name = words[0].upper() if words else ""
        sent = position - self._reported_sent
        self._reported_sent = position
        if name and name not in SPECIAL and count <= WORDS_KEPT:
            words[0] = name
            self._asked.append(_Asked(" ".join(" ".join(words).split()), now, sent))
            return
        if name in UNPAIRED or (name == "CLIENT" and [word.upper() for word in words[1:2]] == ["REPLY"]):
            raise UnknownBytesError
        asked = _Asked(_describe(name, words, count), now, sent, turns=name == "PSYNC")
        self._asked.append(asked)
        if name in SUBSCRIBING:
            self._is_subscribed = True
            asked.confirmations = max(1, count - 1)
        self._is_odd = self._is_odd or self._is_subscribed or asked.turns

    def _hear_reply(self, reply: Sight, now: float) -> None:
        front = self._asked[0] if self._asked else None
        first = reply.words[0] if reply.words else ""
        if reply.kind == ">" or (self._is_subscribed and reply.kind == "*"):
            if first in MESSAGES:
                self._report(
                    _Asked(" ".join(reply.words[:-1]), now, 0), reply.words[-1], "answered", now, self._server.position
                )
                return
            if first in CONFIRMING:
                self._confirm(front, now)
                return
            if reply.kind == ">":
                return
        if front:
            self._asked.popleft()
            is_refused = reply.kind in "-!"
            told = _tell(reply.kind, reply.count, reply.words)
            self._report(front, told, "failed" if is_refused else "answered", now, self._server.position)
            self._is_replica = front.turns and not is_refused

    def _confirm(self, front: _Asked | None, now: float) -> None:
        if front and front.confirmations:
            front.confirmations -= 1
            if not front.confirmations:
                self._asked.popleft()
                self._report(front, "confirmed", "answered", now, self._server.position)

    def _report(self, asked: _Asked, answer: str, ended: str, now: float, position: int) -> None:
        answered = position - self._reported_answered
        self._reported_answered = position
        line, at = self._line, asked.at
        line.report(
            Exchange(
                line.edge, "redis", asked.request, answer, ended, at,
                (now - at) * 1000, line.connection, asked.sent, answered, "", self._detail,
            )
        )  # fmt: skip


class RedisTap:
    def listen(self, line: Line) -> Listener:
        return RedisListener(line)


def tap() -> Tap:
    return RedisTap()


def _describe(name: str, words: list[str], count: int) -> str:
    if name in SECRET and count > 1:
        return f"{name} …"
    shown = " ".join(" ".join([name, *words[1:]]).split())
    return f"{shown} …+{count - len(words)}" if count > len(words) else shown


def _tell(kind: str, count: int, words: list[str]) -> str:
    if kind not in LISTED:
        return " ".join(words[0].split()) if words else "nil"
    if kind == "_":
        return "nil"
    shown = f": {', '.join(words)}" if words or kind == "%" else ""
    return f"{count // 2} fields{shown}" if kind == "%" else f"{count} items{shown}"
