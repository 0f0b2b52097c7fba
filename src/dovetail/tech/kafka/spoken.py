"""What requests and answers say, read for the tap's exchanges; heads may be cut off, then what is there is told."""

import re
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from dovetail.tech.kafka.api import (
    FETCH,
    JOIN_GROUP,
    LEAVE_GROUP,
    METADATA,
    OFFSET_COMMIT,
    PRODUCE,
    SYNC_GROUP,
    has_answer_tags,
    is_flexible,
)
from dovetail.tech.kafka.frame import FrameError, Reader
from dovetail.tech.kafka.record import HEAD

_TRACE = re.compile(rb"\x16traceparent\x6e[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_COUNT_AT = 57
_ATTRIBUTES_AT = 22
_CONTROL = 0x20
_MAGIC_AT = 16
_MAGIC = 2
_IDS_SINCE = {PRODUCE: 13, FETCH: 13, METADATA: 10}
_PRODUCE_TRANSACTIONS, _PRODUCE_LOG_TIME, _PRODUCE_LOG_START, _PRODUCE_RECORD_ERRORS = 3, 2, 5, 8
_FETCH_TRANSACTIONS, _FETCH_LOG_START, _FETCH_SESSIONS, _FETCH_REPLICAS = 4, 5, 7, 11
_GROUP_FIRST = frozenset({JOIN_GROUP, LEAVE_GROUP, SYNC_GROUP, OFFSET_COMMIT})
_GROUP_THROTTLED = {JOIN_GROUP: 2, LEAVE_GROUP: 1, SYNC_GROUP: 1, OFFSET_COMMIT: 3}

Names = dict[bytes, str]


class Share(Struct, frozen=True):
    """One partition's part of a request or answer; `records` and `size` count what it carries.

    `end` is where its records end in the frame; `is_counted` tells whether all of them were there to be counted.
    """

    topic: str
    partition: int
    code: int = 0
    records: int = 0
    size: int = 0
    trace: str = ""
    end: int = 0
    is_counted: bool = True


class Question(Struct, frozen=True):
    """A request's head and what of its body is of use."""

    api: int
    version: int
    correlation: int
    is_answered: bool = True
    about: str = ""
    shares: tuple[Share, ...] = ()


def read_question(head: bytes, names: Mapping[bytes, str]) -> Question:
    """Read a request's head and, where it can be read, its body; raises FrameError."""
    reader = Reader(head)
    api, version, correlation = reader.integer(2), reader.integer(2), reader.integer(4)
    reader.text()
    reader.is_flexible = is_flexible(api, version)
    try:
        reader.tags()
        if api == PRODUCE:
            return _read_produce(reader, version, correlation, names)
        about = reader.name() if api in _GROUP_FIRST else ""
    except FrameError:
        about = ""
    return Question(api, version, correlation, about=about)


def _read_produce(reader: Reader, version: int, correlation: int, names: Mapping[bytes, str]) -> Question:
    if version >= _PRODUCE_TRANSACTIONS:
        reader.text()
    is_answered = reader.integer(2) != 0
    reader.take(4)
    shares = tuple(_read_shares(reader, _topic_reader(PRODUCE, version, names), _read_produced_share))
    return Question(PRODUCE, version, correlation, is_answered, shares=shares)


def _topic_reader(api: int, version: int, names: Mapping[bytes, str]) -> Callable[[Reader], str]:
    def read_id(reader: Reader) -> str:
        identity = reader.take(16)
        return names.get(identity, identity.hex())

    return read_id if version >= _IDS_SINCE[api] else Reader.name


def _read_shares(
    reader: Reader, read_topic: Callable[[Reader], str], read_share: Callable[[Reader, str], Share]
) -> Iterator[Share]:
    """Read topics and their partitions up to where the head was cut off."""
    try:
        for _ in range(reader.length()):
            topic = read_topic(reader)
            for _ in range(reader.length()):
                yield read_share(reader, topic)
                reader.tags()
            reader.tags()
    except FrameError:
        return


def _read_produced_share(reader: Reader, topic: str) -> Share:
    partition = reader.integer(4)
    return _measure(reader, topic, partition, 0)


def _measure(reader: Reader, topic: str, partition: int, code: int) -> Share:
    """Read the records that follow, as far as they are there."""
    size = max(0, reader.length())
    end = reader.at + size
    data = reader.take(min(size, reader.left))
    found = _TRACE.search(data)
    number, counted = count_records(data)
    trace = found.group(1).decode() if found else ""
    return Share(topic, partition, code, number, size, trace, end, len(data) == size or counted >= size)


def count_records(data: bytes) -> tuple[int, int]:
    """Count the messages of the batches whose heads are in `data`, and tell where the last of these batches ends.

    The marks that end transactions are no messages.
    """
    number = at = 0
    while at + HEAD <= len(data) and data[at + _MAGIC_AT] == _MAGIC:
        if not data[at + _ATTRIBUTES_AT] & _CONTROL:
            number += int.from_bytes(data[at + _COUNT_AT : at + HEAD], "big")
        at += 12 + int.from_bytes(data[at + 8 : at + 12], "big")
    return number, at


def read_answer(question: Question, head: bytes, names: Names) -> tuple[Share, ...]:
    """Read what an answer says about topics, or about the whole as a share without a topic; raises FrameError."""
    api, version = question.api, question.version
    reader = Reader(head, 4, is_flexible=is_flexible(api, version))
    if has_answer_tags(api, version):
        reader.tags()
    if api == PRODUCE:
        return _read_produce_answer(reader, version, names)
    if api == FETCH:
        return _read_fetch_answer(reader, version, names)
    if api == METADATA:
        return _read_metadata_answer(reader, version, names)
    if api == OFFSET_COMMIT:
        return _read_commit_answer(reader, version)
    if api in _GROUP_THROTTLED:
        if version >= _GROUP_THROTTLED[api]:
            reader.take(4)
        return (Share("", -1, reader.integer(2)),)
    return ()


def _read_produce_answer(reader: Reader, version: int, names: Names) -> tuple[Share, ...]:
    def read_share(row: Reader, topic: str) -> Share:
        share = Share(topic, row.integer(4), row.integer(2))
        row.take(8 * (1 + (version >= _PRODUCE_LOG_TIME) + (version >= _PRODUCE_LOG_START)))
        if version >= _PRODUCE_RECORD_ERRORS:
            for _ in range(row.count()):
                row.take(4)
                row.text()
                row.tags()
            row.text()
        return share

    return tuple(_read_shares(reader, _topic_reader(PRODUCE, version, names), read_share))


def _read_commit_answer(reader: Reader, version: int) -> tuple[Share, ...]:
    if version >= _GROUP_THROTTLED[OFFSET_COMMIT]:
        reader.take(4)
    shares = _read_shares(reader, Reader.name, lambda row, topic: Share(topic, row.integer(4), row.integer(2)))
    return tuple(shares)


def _read_fetch_answer(reader: Reader, version: int, names: Names) -> tuple[Share, ...]:
    if version >= 1:
        reader.take(4)
    if version >= _FETCH_SESSIONS:
        code = reader.integer(2)
        if code:
            return (Share("", -1, code),)
        reader.take(4)

    def read_share(row: Reader, topic: str) -> Share:
        partition, code = row.integer(4), row.integer(2)
        row.take(8 * (1 + (version >= _FETCH_TRANSACTIONS) + (version >= _FETCH_LOG_START)))
        if version >= _FETCH_TRANSACTIONS:
            for _ in range(row.count()):
                row.take(16)
                row.tags()
        if version >= _FETCH_REPLICAS:
            row.take(4)
        return _measure(row, topic, partition, code)

    return tuple(_read_shares(reader, _topic_reader(FETCH, version, names), read_share))


def _read_metadata_answer(reader: Reader, version: int, names: Names) -> tuple[Share, ...]:
    """Learn the topics' ids, by which younger requests name them."""
    if version < _IDS_SINCE[METADATA]:
        return ()
    reader.take(4)
    for _ in range(reader.count()):
        reader.take(4)
        reader.text()
        reader.take(4)
        reader.text()
        reader.tags()
    reader.text()
    reader.take(4)
    return tuple(_read_topic(reader, names) for _ in range(reader.count()))


def _read_topic(reader: Reader, names: Names) -> Share:
    code, name, identity = reader.integer(2), reader.name(), reader.take(16)
    reader.take(1)
    for _ in range(reader.count()):
        reader.take(2 + 4 + 4 + 4)
        for _ in ("replicas", "in sync", "offline"):
            reader.take(4 * reader.count())
        reader.tags()
    reader.take(4)
    reader.tags()
    if name:
        names[identity] = name
    return Share(name, -1, code)
