"""The tap of Redis and Valkey: commands and their replies, read from the bytes on an edge. Called by the edge proxy.

Follows pipelines, transactions and subscriptions in both versions of the protocol. A connection that turns to
replication is told and left alone; one that turns to monitoring or to commands without replies is lost. Passwords are
not shown.
"""

from collections import deque

from msgspec import Struct

from dovetail.model.exchange import Exchange
from dovetail.plugin.tap import Line, Listener, Tap
from dovetail.tech.redis.scanner import Scanner, Sight, UnknownBytesError

SUBSCRIBING = frozenset({"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"})
CONFIRMING = frozenset(name.lower() for name in SUBSCRIBING)
MESSAGES = frozenset({"message", "pmessage", "smessage"})
UNPAIRED = frozenset({"MONITOR", "SYNC"})
SECRET = frozenset({"AUTH", "HELLO", "ACL", "CONFIG", "MIGRATE"})
ODD = SUBSCRIBING | UNPAIRED | {"CLIENT", "PSYNC"}


class _Asked(Struct):
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
        self._is_deaf = False
        self._is_replica = False
        self._detail: dict[str, str] = {}
        self._reported_sent = 0
        self._reported_answered = 0

    def client_sent(self, data: bytes) -> None:
        if self._is_deaf:
            return
        now = self._line.clock()
        try:
            words = self._client.take_words(data)
            if words is not None:
                self._hear_command(words, len(words), now)
                return
            for command in self._client.scan(data):
                self._hear_command(command.words, command.count, now)
        except UnknownBytesError:
            self._lose(len(data))

    def server_sent(self, data: bytes) -> None:
        if self._is_deaf:
            return
        now = self._line.clock()
        if self._asked and not self._asked[0].turns:
            text = self._server.take_text(data)
            if text is not None:
                self._report(self._asked.popleft(), " ".join(text.split()), "answered", now)
                return
        try:
            for reply in self._server.scan(data):
                self._hear_reply(reply, now)
                if self._is_replica:
                    self._is_deaf = True
                    return
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
        while self._asked:
            self._report(self._asked.popleft(), "", ended, now)

    def _hear_command(self, words: list[str], count: int, now: float) -> None:
        if not count:
            return  # the server passes over it without a reply
        name = words[0].upper() if words else ""
        is_odd = name in ODD
        if is_odd and (name in UNPAIRED or (name == "CLIENT" and [word.upper() for word in words[1:2]] == ["REPLY"])):
            raise UnknownBytesError
        sent = self._client.position
        asked = _Asked(_describe(name, words, count), now, sent - self._reported_sent)
        self._reported_sent = sent
        self._asked.append(asked)
        if is_odd:
            asked.turns = name == "PSYNC"
            if name in SUBSCRIBING:
                self._is_subscribed = True
                asked.confirmations = max(1, count - 1)

    def _hear_reply(self, reply: Sight, now: float) -> None:
        front = self._asked[0] if self._asked else None
        first = reply.words[0] if reply.words else ""
        if reply.kind == ">" or (self._is_subscribed and reply.kind == "*"):
            if first in MESSAGES:
                self._report(_Asked(" ".join(reply.words[:-1]), now, 0), reply.words[-1], "answered", now)
                return
            if first in CONFIRMING:
                self._confirm(front, now)
                return
            if reply.kind == ">":
                return
        if front:
            self._asked.popleft()
            is_refused = reply.kind in "-!"
            self._report(front, _tell(reply), "failed" if is_refused else "answered", now)
            self._is_replica = front.turns and not is_refused

    def _confirm(self, front: _Asked | None, now: float) -> None:
        if front and front.confirmations:
            front.confirmations -= 1
            if not front.confirmations:
                self._asked.popleft()
                self._report(front, "confirmed", "answered", now)

    def _report(self, asked: _Asked, answer: str, ended: str, now: float) -> None:
        answered = self._server.position - self._reported_answered
        self._reported_answered += answered
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


def _tell(reply: Sight) -> str:
    if reply.kind not in "*~>%_":
        return " ".join(reply.words[0].split()) if reply.words else "nil"
    shown = ", ".join(reply.words)
    match reply.kind:
        case "_":
            return "nil"
        case "%":
            return f"{reply.count // 2} fields: {shown}"
    return f"{reply.count} items: {shown}" if reply.words else f"{reply.count} items"
