"""The questions that driver, prober and preparer ask a broker: how each is written and its answer read.

Every one uses a version that brokers from 2.1 to 4.x know and that has no flexible fields.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from dovetail.tech.kafka.frame import Reader, Writer
from dovetail.tech.kafka.refusal import refuse
from dovetail.tech.kafka.transaction import Aborted

T = TypeVar("T")
LATEST = -1
EARLIEST = -2
_CONSUMER = -1
_ANY_LEADER = -1
_NO_SESSION = (0, -1)
_ALL, _COMMITTED = 0, 1
PARTITION_BYTES = 1 << 20
ALL_BYTES = 8 << 20

Ends = dict[tuple[str, int], int]


class Ask(Struct, Generic[T], frozen=True):
    """One request and how to read what comes back."""

    api: int
    version: int
    body: bytes
    read: Callable[[Reader], T]


class Partition(Struct, frozen=True):
    index: int
    leader: int
    code: int


class Topic(Struct, frozen=True):
    name: str
    code: int
    partitions: tuple[Partition, ...]


class Metadata(Struct, frozen=True):
    brokers: Mapping[int, tuple[str, int]]
    topics: Mapping[str, Topic]


class Fetched(Struct, frozen=True):
    """One partition's share of an answer; `end` is the offset behind its last message.

    `stable` is where the first transaction begins that is still open, else the end. `aborted` are the transactions that
    were taken back and of which `records` may hold some.
    """

    topic: str
    partition: int
    code: int
    end: int
    records: bytes
    stable: int
    aborted: tuple[Aborted, ...]


class Produced(Struct, frozen=True):
    code: int
    offset: int


def _items(reader: Reader, read: Callable[[Reader], T]) -> tuple[T, ...]:
    return tuple(read(reader) for _ in range(reader.count()))


def ask_versions() -> Ask[int]:
    """Ask which versions the broker knows; the cheapest question there is."""

    def read(reader: Reader) -> int:
        code = reader.integer(2)
        _items(reader, lambda row: row.take(6))
        return code

    return Ask(18, 0, b"", read)


def ask_metadata(topics: Sequence[str] | None) -> Ask[Metadata]:
    """Ask for brokers and `topics` (None: all); creates no topic."""
    body = Writer().integer(-1 if topics is None else len(topics), 4)
    for topic in topics or ():
        body.text(topic)
    body.integer(0, 1)

    def read_broker(reader: Reader) -> tuple[int, tuple[str, int]]:
        node, host, port = reader.integer(4), reader.name(), reader.integer(4)
        reader.text()
        return node, (host, port)

    def read_partition(reader: Reader) -> Partition:
        code, index, leader = reader.integer(2), reader.integer(4), reader.integer(4)
        for _ in ("replicas", "in sync"):
            _items(reader, lambda row: row.take(4))
        return Partition(index, leader, code)

    def read_topic(reader: Reader) -> Topic:
        code, name = reader.integer(2), reader.name()
        reader.take(1)
        partitions = sorted(_items(reader, read_partition), key=lambda one: one.index)
        return Topic(name, code, tuple(partitions))

    def read(reader: Reader) -> Metadata:
        reader.take(4)
        brokers = dict(_items(reader, read_broker))
        reader.text()
        reader.take(4)
        return Metadata(brokers, {topic.name: topic for topic in _items(reader, read_topic)})

    return Ask(3, 4, bytes(body.data), read)


def ask_create(topics: Mapping[str, int], seconds: float) -> Ask[dict[str, int]]:
    """Ask for `topics` (name → partitions) to be made; answers error codes by name."""
    body = Writer().integer(len(topics), 4)
    for name, partitions in topics.items():
        body.text(name).integer(partitions, 4).integer(1, 2).integer(0, 4).integer(0, 4)
    body.integer(int(seconds * 1000), 4).integer(0, 1)

    def read(reader: Reader) -> dict[str, int]:
        reader.take(4)
        return dict(_items(reader, read_topic))

    def read_topic(reader: Reader) -> tuple[str, int]:
        name, code = reader.name(), reader.integer(2)
        reader.text()
        return name, code

    return Ask(19, 2, bytes(body.data), read)


def _by_topic(places: Sequence[tuple[str, int]]) -> dict[str, list[int]]:
    grouped: dict[str, list[int]] = {}
    for topic, partition in places:
        grouped.setdefault(topic, []).append(partition)
    return grouped


def ask_offsets(
    places: Sequence[tuple[str, int]], when: int, *, is_committed: bool = True
) -> Ask[tuple[tuple[str, int, int, int], ...]]:
    """Ask for LATEST, EARLIEST or the first offset since `when` (ms); answers (topic, partition, code, offset).

    What is committed ends where the first transaction begins that is still open.
    """
    grouped = _by_topic(places)
    body = Writer().integer(_CONSUMER, 4).integer(_COMMITTED if is_committed else _ALL, 1).integer(len(grouped), 4)
    for topic, partitions in grouped.items():
        body.text(topic).integer(len(partitions), 4)
        for partition in partitions:
            body.integer(partition, 4).integer(when, 8)

    def read_topic(reader: Reader) -> tuple[tuple[str, int, int, int], ...]:
        topic = reader.name()

        def read_partition(row: Reader) -> tuple[str, int, int, int]:
            partition, code = row.integer(4), row.integer(2)
            row.take(8)
            return topic, partition, code, row.integer(8)

        return _items(reader, read_partition)

    def read(reader: Reader) -> tuple[tuple[str, int, int, int], ...]:
        reader.take(4)
        return tuple(row for rows in _items(reader, read_topic) for row in rows)

    return Ask(2, 2, bytes(body.data), read)


def ask_fetch(positions: Mapping[tuple[str, int], int], wait: float) -> Ask[tuple[Fetched, ...]]:
    """Ask for committed messages from `positions` on; the broker may wait for the first up to `wait` seconds."""
    grouped = _by_topic(list(positions))
    body = Writer().integer(_CONSUMER, 4).integer(max(1, int(wait * 1000)), 4).integer(1, 4).integer(ALL_BYTES, 4)
    body.integer(_COMMITTED, 1).integer(_NO_SESSION[0], 4).integer(_NO_SESSION[1], 4).integer(len(grouped), 4)
    for topic, partitions in grouped.items():
        body.text(topic).integer(len(partitions), 4)
        for partition in partitions:
            body.integer(partition, 4).integer(_ANY_LEADER, 4).integer(positions[topic, partition], 8)
            body.integer(-1, 8).integer(PARTITION_BYTES, 4)
    body.integer(0, 4)
    return Ask(1, 10, bytes(body.data), _read_fetched)


def _read_fetched(reader: Reader) -> tuple[Fetched, ...]:
    reader.take(4 + 2 + 4)

    def read_topic(rows: Reader) -> tuple[Fetched, ...]:
        topic = rows.name()

        def read_partition(row: Reader) -> Fetched:
            partition, code, end, stable = row.integer(4), row.integer(2), row.integer(8), row.integer(8)
            row.take(8)
            aborted = _items(row, lambda pair: Aborted(pair.integer(8), pair.integer(8)))
            return Fetched(topic, partition, code, end, row.blob() or b"", stable, aborted)

        return _items(rows, read_partition)

    return tuple(one for ones in _items(reader, read_topic) for one in ones)


def ask_produce(topic: str, partition: int, batch: bytes, seconds: float) -> Ask[Produced]:
    """Ask for `batch` to be written, by all replicas in sync."""
    body = Writer().text(None).integer(-1, 2).integer(max(1, int(seconds * 1000)), 4)
    body.integer(1, 4).text(topic).integer(1, 4).integer(partition, 4).blob(batch)

    def read_partition(reader: Reader) -> Produced:
        reader.take(4)
        produced = Produced(reader.integer(2), reader.integer(8))
        reader.take(8)
        return produced

    def read_topic(reader: Reader) -> tuple[Produced, ...]:
        reader.text()
        return _items(reader, read_partition)

    return Ask(0, 3, bytes(body.data), lambda reader: _items(reader, read_topic)[0][0])


def ask_coordinator(group: str) -> Ask[tuple[str, int]]:
    """Ask for the host and port of the broker that keeps the offsets of `group`."""
    body = Writer().text(group).integer(0, 1)

    def read(reader: Reader) -> tuple[str, int]:
        reader.take(4)
        code = reader.integer(2)
        reader.text()
        reader.take(4)
        refuse(code, f"group {group}")
        return reader.name(), reader.integer(4)

    return Ask(10, 1, bytes(body.data), read)


def ask_groups() -> Ask[tuple[str, ...]]:
    """Ask a broker for the consumer groups that it keeps."""

    def read_group(reader: Reader) -> str:
        group = reader.name()
        reader.text()
        return group

    def read(reader: Reader) -> tuple[str, ...]:
        reader.take(4)
        refuse(reader.integer(2), "the consumer groups")
        return _items(reader, read_group)

    return Ask(16, 1, b"", read)


def ask_committed(group: str, places: Sequence[tuple[str, int]]) -> Ask[Ends]:
    """Ask which offsets `group` has committed at `places`; those without one are left out."""
    grouped = _by_topic(places)
    body = Writer().text(group).integer(len(grouped), 4)
    for topic, partitions in grouped.items():
        body.text(topic).integer(len(partitions), 4)
        for partition in partitions:
            body.integer(partition, 4)

    def read_topic(reader: Reader) -> tuple[tuple[tuple[str, int], int], ...]:
        topic = reader.name()

        def read_partition(row: Reader) -> tuple[tuple[str, int], int]:
            partition, offset = row.integer(4), row.integer(8)
            row.text()
            row.take(2)
            return (topic, partition), offset

        return _items(reader, read_partition)

    def read(reader: Reader) -> Ends:
        offsets = {place: offset for rows in _items(reader, read_topic) for place, offset in rows if offset >= 0}
        refuse(reader.integer(2), f"group {group}")
        return offsets

    return Ask(9, 2, bytes(body.data), read)
