"""Real clients of two families through a real edge; only the edge knows where the broker is."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from itertools import accumulate, cycle, pairwise, takewhile
from pathlib import Path
from typing import Protocol

import confluent_kafka
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka.admin import AdminClient

from dovetail.model.address import Address
from dovetail.model.exchange import Exchange
from dovetail.model.system import Service
from dovetail.plugin.tap import Line
from dovetail.tech.kafka.frame import Writer
from dovetail.tech.kafka.preparer import preparer
from dovetail.tech.kafka.record import Record, write_batch
from dovetail.tech.kafka.tap import tap

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADERS: list[tuple[str, str | bytes | None]] = [("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01".encode())]
DEADLINE = 60.0
BATCH = write_batch(Record(b"v"))
LARGE = write_batch(Record(b"v" * 200_000))


class Door(Protocol):
    address: Address
    exchanges: list[Exchange]

    def cut(self) -> str: ...
    def mend(self, lease: str) -> None: ...
    def seen(self, start: str) -> list[Exchange]: ...


OpenDoor = Callable[..., Door]
NewTopic = Callable[..., str]


@pytest.fixture
def hidden(start_broker: Callable[..., Address]) -> Address:
    """Start a broker that names an address where nobody can find it."""
    return start_broker(advertised="tcp://broker.invalid:9")


def make_topic(address: Address, partitions: int) -> str:
    service = Service("events", "kafka", topics=("orders",), settings={"num.partitions": partitions})
    asyncio.run(preparer().prepare(service, address, Path()))
    return "orders"


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + DEADLINE
    while not is_so():
        assert time.monotonic() < ends, what
        time.sleep(0.01)


def settings(address: Address, **more: str | float | bool) -> dict[str, str | int | float | bool]:
    return {"bootstrap.servers": address.endpoint, "log_level": 0, **more}


def group(address: Address, name: str) -> confluent_kafka.Consumer:
    more: dict[str, str | float | bool] = {
        "group.id": name,
        "auto.offset.reset": "earliest",
        "session.timeout.ms": 6000,
        "fetch.wait.max.ms": 20,
    }
    return confluent_kafka.Consumer(settings(address, **more))


def poll_values(consumer: confluent_kafka.Consumer, number: int) -> list[bytes]:
    values: list[bytes] = []

    def has_all() -> bool:
        message = consumer.poll(0.1)
        if message is not None and message.error() is None:
            values.append(message.value() or b"")
        return len(values) >= number

    wait_until(has_all, f"{number} messages")
    return values


def test_librdkafka_stays_on_its_edge(open_door: OpenDoor, hidden: Address) -> None:
    topic = make_topic(hidden, 2)
    door = open_door(tap(), hidden)
    admin = AdminClient(settings(door.address))
    brokers = admin.list_topics(timeout=DEADLINE).brokers.values()
    assert [f"{broker.host}:{broker.port}" for broker in brokers] == [door.address.endpoint]
    nodes = admin.describe_cluster().result(DEADLINE).nodes
    assert [f"{node.host}:{node.port}" for node in nodes] == [door.address.endpoint]

    producer = confluent_kafka.Producer(settings(door.address, **{"linger.ms": 1}))
    for number in range(10):
        producer.produce(topic, f"v{number}", key=f"k{number}", headers=HEADERS)
    assert producer.flush(DEADLINE) == 0
    consumer = group(door.address, f"g.{topic}")
    consumer.subscribe([topic])
    assert sorted(poll_values(consumer, 10)) == [f"v{number}".encode() for number in range(10)]
    consumer.commit(asynchronous=False)
    consumer.close()


def test_aiokafka_stays_on_its_edge(open_door: OpenDoor, hidden: Address) -> None:
    topic = make_topic(hidden, 2)
    door = open_door(tap(), hidden)

    async def work() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=door.address.endpoint)
        consumer = AIOKafkaConsumer(
            topic,
            bootstrap_servers=door.address.endpoint,
            group_id=f"g.{topic}",
            auto_offset_reset="earliest",
            session_timeout_ms=6000,
            fetch_max_wait_ms=20,
        )
        async with asyncio.timeout(DEADLINE):
            await producer.start()
            try:
                for number in range(5):
                    await producer.send_and_wait(topic, b"v%d" % number, headers=HEADERS)
                await consumer.start()
                got = [(await consumer.getone()).value for _ in range(5)]
                await consumer.commit()
            finally:
                await consumer.stop()
                await producer.stop()
        assert sorted(got) == [b"v%d" % number for number in range(5)]

    asyncio.run(work())
    for request in ("produce", "fetch", "join group", "sync group", "commit offsets", "metadata"):
        assert door.seen(request), request


def test_a_cut_edge_cuts_the_client_and_a_mended_one_brings_it_back(open_door: OpenDoor, new_topic: NewTopic) -> None:
    topic = new_topic()
    door = open_door(tap())
    quick = {"linger.ms": 0, "message.timeout.ms": 1000, "reconnect.backoff.ms": 10, "reconnect.backoff.max.ms": 50}
    producer = confluent_kafka.Producer(settings(door.address, **quick))
    fates: list[str] = []

    def send() -> str:
        fates.clear()
        producer.produce(topic, b"v", on_delivery=lambda error, _: fates.append(error.name() if error else "delivered"))
        wait_until(lambda: producer.poll(0.05) >= 0 and bool(fates), "the message's fate")
        return fates[0]

    assert send() == "delivered"
    lease = door.cut()
    assert send() == "_MSG_TIMED_OUT"
    door.mend(lease)
    wait_until(lambda: send() == "delivered", "the producer is back")


def test_a_rebalance_of_two_members_passes_the_edge(open_door: OpenDoor, new_topic: NewTopic) -> None:
    topic = new_topic(2)
    door = open_door(tap())
    members = [group(door.address, f"g.{topic}") for _ in range(2)]
    shares: dict[int, int] = {}

    def is_shared() -> bool:
        for number, member in enumerate(members):
            member.poll(0.05)
            shares[number] = len(member.assignment())
        return list(shares.values()) == [1, 1]

    for member in members:
        member.subscribe([topic])
    wait_until(is_shared, "each member has one partition")
    for member in members:
        member.close()
    assert len(door.seen(f"join group g.{topic}")) >= 2


def test_an_exchange_tells_topic_number_and_trace(open_door: OpenDoor, new_topic: NewTopic) -> None:
    topic = new_topic()
    door = open_door(tap())
    producer = confluent_kafka.Producer(settings(door.address, **{"linger.ms": 200}))
    for _ in range(3):
        producer.produce(topic, b"value", headers=HEADERS)
    assert producer.flush(DEADLINE) == 0
    consumer = confluent_kafka.Consumer(settings(door.address, **{"group.id": "none"}))
    consumer.assign([confluent_kafka.TopicPartition(topic, 0, 0)])
    poll_values(consumer, 3)
    consumer.close()
    wait_until(lambda: bool(door.seen("fetch")), "the fetch is told")

    produced, fetched = door.seen("produce")[0], door.seen("fetch")[0]
    assert (produced.request, produced.answer, produced.ended) == (f"produce {topic}", "3 messages", "answered")
    assert (fetched.request, fetched.answer, fetched.ended) == (f"fetch {topic}", "3 messages", "answered")
    for exchange in (produced, fetched):
        assert exchange.trace == TRACE
        assert exchange.detail["partitions"] == f"{topic}[0]"
        assert int(exchange.detail["bytes"]) > 15
        assert exchange.edge == "tester -> events"
    assert all(exchange.bytes_answered for exchange in door.seen("fetch")), "an empty long poll is no exchange"


def test_bytes_of_another_protocol_pass_untouched_and_are_lost() -> None:
    for greeting in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 200,
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0" * 64,
    ):
        lost: list[int] = []
        listener = tap().listen(Line("e", 1, Address("127.0.0.1", 1), hear_nothing, time.time, lost.append))
        listener.client_sent(greeting)
        assert lost == [len(greeting)]
        assert listener.rewrite(greeting) == greeting
        listener.server_sent(greeting)
        assert listener.rewrite(b"more") == b"more"
        listener.ended("closed")


def hear_nothing(exchange: Exchange) -> None:
    pytest.fail(f"told of {exchange}")


class Recorder:
    """Keeps what each connection's listener was given, in order."""

    def __init__(self) -> None:
        self.streams: list[tuple[bytearray, bytearray]] = []

    def listen(self, line: Line) -> "Recording":
        return Recording(self, line)


class Recording:
    def __init__(self, recorder: Recorder, line: Line) -> None:
        self._inner = tap().listen(line)
        self._asked, self._answered = bytearray(), bytearray()
        recorder.streams.append((self._asked, self._answered))

    def client_sent(self, data: bytes) -> None:
        self._asked += data
        self._inner.client_sent(data)

    def rewrite(self, data: bytes) -> bytes:
        self._answered += data
        return self._inner.rewrite(data)

    def server_sent(self, data: bytes) -> None:
        self._inner.server_sent(data)

    def ended(self, how: str) -> None:
        self._inner.ended(how)


def in_one(data: bytes) -> list[bytes]:
    return [data]


def in_pieces(sizes: tuple[int, ...], data: bytes) -> list[bytes]:
    ends = list(takewhile(lambda end: end < len(data), accumulate(cycle(sizes))))
    return [data[start:end] for start, end in pairwise([0, *ends, len(data)])]


def replay(asked: bytes, answered: bytes, cut: Callable[[bytes], list[bytes]]) -> tuple[bytes, list[Exchange]]:
    exchanges: list[Exchange] = []
    listener = tap().listen(Line("e", 1, Address("localhost.localdomain", 65000), exchanges.append, lambda: 1.0))
    for piece in cut(asked):
        listener.client_sent(piece)
    changed = b""
    for piece in cut(answered):
        rewritten = listener.rewrite(piece)
        listener.server_sent(rewritten)
        changed += rewritten
    return changed, exchanges


def talk(address: Address, topic: str) -> None:
    """Say something of everything that is rewritten or told."""
    admin = AdminClient(settings(address))
    admin.list_topics(timeout=DEADLINE)
    admin.describe_cluster().result(DEADLINE)
    producer = confluent_kafka.Producer(settings(address))
    for number in range(200):
        producer.produce(topic, b"x" * 1000, key=str(number), headers=HEADERS)
    assert producer.flush(DEADLINE) == 0
    consumer = group(address, f"g.{topic}")
    consumer.assign([confluent_kafka.TopicPartition(topic, partition, 0) for partition in range(2)])
    poll_values(consumer, 200)
    consumer.commit(asynchronous=False)
    consumer.close()


def test_real_streams_in_any_pieces_give_the_same(open_door: OpenDoor, new_topic: NewTopic) -> None:
    recorder = Recorder()
    talk(open_door(recorder).address, new_topic(2))
    streams = [(bytes(asked), bytes(answered)) for asked, answered in recorder.streams if answered]
    assert len(streams) >= 3
    assert any(b"localhost.localdomain" in replay(asked, answered, in_one)[0] for asked, answered in streams)
    for asked, answered in streams:
        whole = replay(asked, answered, in_one)
        for sizes in ((1,), (3, 1, 8, 5, 2), (13, 997, 4, 31), (7, 4096, 1), (65536, 11, 9001)):
            assert replay(asked, answered, partial(in_pieces, sizes)) == whole


def produce(acks: int = -1, batch: bytes = BATCH, partitions: int = 1) -> bytes:
    body = Writer().integer(0, 2).integer(7, 2).integer(1, 4).text("c").text(None).integer(acks, 2).integer(9, 4)
    body.length(1).text("orders").length(partitions)
    for partition in range(partitions):
        body.integer(partition, 4).blob(batch)
    return framed(body)


def produced(code: int) -> bytes:
    body = Writer().integer(1, 4).length(1).text("orders").length(1).integer(0, 4).integer(code, 2).integer(-1, 8)
    return framed(body.integer(-1, 8).integer(0, 8).integer(0, 4))


def framed(body: Writer) -> bytes:
    return len(body.data).to_bytes(4, "big") + bytes(body.data)


def tell(*pieces: tuple[str, bytes]) -> list[tuple[str, str, str]]:
    told: list[Exchange] = []
    listener = tap().listen(Line("e", 1, Address("127.0.0.1", 1), told.append, time.time))
    for who, data in pieces:
        if who == "client":
            listener.client_sent(data)
        else:
            listener.server_sent(listener.rewrite(data))
    listener.ended("closed")
    return [(exchange.request, exchange.answer, exchange.ended) for exchange in told]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([("client", produce()), ("server", produced(0))], ("produce orders", "1 message", "answered")),
        ([("client", produce(batch=LARGE * 2)), ("server", produced(0))], ("produce orders", "2 messages", "answered")),
        (
            [("client", produce(batch=LARGE, partitions=3)), ("server", produced(0))],
            ("produce orders", "at least 2 messages", "answered"),
        ),
        (
            [("client", produce(batch=LARGE * 3)), ("server", produced(0))],
            ("produce orders", "at least 2 messages", "answered"),
        ),
        ([("client", produce()), ("server", produced(6))], ("produce orders", "NOT_LEADER_OR_FOLLOWER", "failed")),
        ([("client", produce())], ("produce orders", "connection closed", "cut")),
        ([("client", produce(acks=0))], ("produce orders", "no answer asked for", "answered")),
    ],
)
def test_how_an_exchange_ended_is_told(pieces: list[tuple[str, bytes]], expected: tuple[str, str, str]) -> None:
    assert tell(*pieces) == [expected]


def test_an_answer_that_cannot_be_read_ends_its_request_so_that_none_is_missing() -> None:
    told: list[Exchange] = []
    lost: list[int] = []
    listener = tap().listen(Line("e", 1, Address("127.0.0.1", 1), told.append, time.time, lost.append))
    listener.client_sent(produce())
    listener.server_sent(b"\x16\x03\x03\x00\x7a")
    listener.ended("closed")
    assert [(exchange.request, exchange.answer, exchange.ended) for exchange in told] == [
        ("produce orders", "not readable", "cut")
    ]
    assert lost == [0]


def test_a_request_without_an_answer_keeps_no_place_for_one() -> None:
    assert tell(("client", produce(acks=0) * 20_000))[-1] == ("produce orders", "no answer asked for", "answered")
