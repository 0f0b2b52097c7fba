"""Stands on an edge to Kafka: keeps clients on the edge and tells what they exchange with the broker.

Called by the edge. A broker names its own address in its answers; they are changed to the edge's door, so that cutting
the edge cuts the client. Behind one door there can be one broker only. SASL in the clear is understood; TLS passes
through untouched and is lost, and so are the addresses within: such a broker needs a listener that advertises the door.
"""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from dovetail.model.exchange import Exchange
from dovetail.plugin.tap import Line, Rewriter, RewritingListener
from dovetail.tech.kafka.api import (
    API_VERSIONS,
    APIS,
    FETCH,
    FIND_COORDINATOR,
    JOIN_GROUP,
    METADATA,
    PRODUCE,
    SYNC_GROUP,
)
from dovetail.tech.kafka.frame import FrameError
from dovetail.tech.kafka.record import HEAD
from dovetail.tech.kafka.refusal import (
    LEADER_IS_UNKNOWN,
    MEMBER_ID_IS_REQUIRED,
    REBALANCE_GOES_ON,
    TOPIC_IS_UNKNOWN,
    name_code,
)
from dovetail.tech.kafka.rewriting import Kind, Rewriting
from dovetail.tech.kafka.splitter import Splitter
from dovetail.tech.kafka.spoken import Names, Question, Share, read_answer, read_question

_KEPT = 256 << 10
_MOST_OPEN = 10_000
_MOST_NAMES = 100_000
_HEARTBEAT = 68
_UNTOLD = frozenset({API_VERSIONS, FIND_COORDINATOR, _HEARTBEAT})
_SHOWN = 4
_PART_OF_THE_GAME = {
    METADATA: frozenset({TOPIC_IS_UNKNOWN, LEADER_IS_UNKNOWN}),
    JOIN_GROUP: frozenset({MEMBER_ID_IS_REQUIRED, REBALANCE_GOES_ON}),
    SYNC_GROUP: frozenset({REBALANCE_GOES_ON}),
}


class Open(Struct, frozen=True):
    """A question whose answer is still to come."""

    question: Question
    at: float
    size: int


class KafkaListener:
    """Hears one connection; what it cannot read ends its listening, not the connection."""

    def __init__(self, line: Line, names: Names) -> None:
        self._line = line
        self._names = names
        self._open: dict[int, Open] = {}
        self._asked = Splitter(_KEPT)
        self._answered = Splitter(_KEPT)
        self._rewriting = Rewriting(line.door, self._kind_of)
        self._is_deaf = False

    def client_sent(self, data: bytes) -> None:
        if self._is_deaf:
            return
        try:
            for head, size in self._asked.feed(data):
                self._ask(head, size)
        except FrameError:
            self._lose(len(data))

    def server_sent(self, data: bytes) -> None:
        if self._is_deaf:
            return
        try:
            for head, size in self._answered.feed(data):
                self._answer(head, size)
        except FrameError:
            self._lose(0 if self._open else len(data))

    def rewrite(self, data: bytes) -> bytes:
        return self._rewriting.feed(data)

    def ended(self, how: str) -> None:
        if not self._is_deaf:
            self._give_up(f"connection {how}", "cut" if how == "closed" else how)
            self._open.clear()

    def _lose(self, size: int) -> None:
        """Tell what is open, but keep it: answers to it may still be rewritten."""
        self._is_deaf = True
        self._give_up("not readable", "cut")
        self._line.lost(size)

    def _give_up(self, answer: str, ended: str) -> None:
        for waiting in self._open.values():
            if waiting.question.api != FETCH and is_told(waiting.question.api):
                self._report(waiting, answer, ended, 0, ())

    def _kind_of(self, correlation: int) -> Kind | None:
        found = self._open.get(correlation)
        return (found.question.api, found.question.version) if found else None

    def _ask(self, head: bytes, size: int) -> None:
        question = read_question(head, self._names)
        asked = Open(question, self._line.clock(), size)
        if not question.is_answered:
            self._report(asked, "no answer asked for", "answered", 0, ())
        elif len(self._open) < _MOST_OPEN:
            self._open[question.correlation] = asked
        else:
            raise FrameError("too many questions without an answer")

    def _answer(self, head: bytes, size: int) -> None:
        asked = self._open.pop(int.from_bytes(head[:4], "big", signed=True), None)
        if asked is None:
            raise FrameError("an answer to no question")
        if not is_told(asked.question.api):
            return
        shares = self._read(asked.question, head)
        if asked.question.api == FETCH and not any(share.code or share.size for share in shares):
            return
        codes = [share.code for share in shares if share.code]
        failed = [code for code in codes if code not in _PART_OF_THE_GAME.get(asked.question.api, ())]
        answer = _sum_up(asked.question.shares or shares, codes, asked.size if asked.question.shares else size)
        self._report(asked, answer, "failed" if failed else "answered", size, shares)

    def _read(self, question: Question, head: bytes) -> tuple[Share, ...]:
        """Read an answer's body; one that was cut off or is of a kind unknown here only loses its details."""
        try:
            shares = read_answer(question, head, self._names)
        except FrameError:
            return ()
        if len(self._names) > _MOST_NAMES:
            self._names.clear()
        return shares

    def _report(self, asked: Open, answer: str, ended: str, size: int, shares: tuple[Share, ...]) -> None:
        question, now = asked.question, self._line.clock()
        carried = [share for share in (question.shares or shares) if share.topic]
        began = now if question.api == FETCH else asked.at
        traces = dict.fromkeys(share.trace for share in carried if share.trace)
        self._line.report(
            Exchange(
                self._line.edge,
                "kafka",
                " ".join(filter(None, (name_api(question.api), question.about or _name_topics(carried)))),
                answer,
                ended,
                began,
                (now - began) * 1000,
                self._line.connection,
                asked.size,
                size,
                next(iter(traces), ""),
                _detail(question, carried, asked.size if question.shares else size),
            )
        )


def _detail(question: Question, shares: list[Share], size: int) -> dict[str, str]:
    detail = {"version": str(question.version)}
    if question.api in {PRODUCE, FETCH}:
        detail["partitions"] = ", ".join(f"{share.topic}[{share.partition}]" for share in shares if share.size)
        detail["records"] = _count(shares, size)
        detail["bytes"] = str(sum(share.size for share in shares))
    return detail


def name_api(api: int) -> str:
    return APIS[api].name


def is_told(api: int) -> bool:
    """Tell whether an exchange of that kind is worth telling; heartbeats and look-ups are not."""
    return api in APIS and api not in _UNTOLD


def _name_topics(shares: list[Share]) -> str:
    topics = list(dict.fromkeys(share.topic for share in shares if share.size or not share.records))
    more = f" and {len(topics) - _SHOWN} more" if len(topics) > _SHOWN else ""
    return ", ".join(topics[:_SHOWN]) + more


def _sum_up(shares: Sequence[Share], codes: list[int], size: int) -> str:
    if codes:
        return ", ".join(name_code(code) for code, _ in Counter(codes).most_common(_SHOWN))
    if not any(share.records for share in shares):
        return "ok"
    counted = _count(shares, size)
    return f"{counted} {'message' if counted == '1' else 'messages'}"


def _count(shares: Sequence[Share], size: int) -> str:
    """Count the messages of a frame of `size` bytes, of which only the first were there to be read."""
    number = sum(share.records for share in shares)
    is_near_end = bool(shares) and size - shares[-1].end < HEAD
    is_whole = all(share.is_counted for share in shares) and (size <= _KEPT or is_near_end)
    return str(number) if is_whole else f"at least {number}"


class KafkaTap:
    """Remembers topics' ids over all its connections, for a client may learn them on one and use them on another."""

    def __init__(self) -> None:
        self._names: Names = {}

    def listen(self, line: Line) -> RewritingListener:
        return KafkaListener(line, self._names)


def tap() -> Rewriter:
    return KafkaTap()
