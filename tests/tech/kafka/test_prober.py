import asyncio
from collections.abc import Callable

import pytest

from dovetail.model.address import Address
from dovetail.model.system import Probe
from dovetail.plugin.prober import Reading
from dovetail.tech.kafka.prober import find_gap, prober
from dovetail.tech.kafka.request import Metadata, Partition, Topic

Stranger = Callable[[bytes | None], Address]


def probe(address: Address, subject: str = "", timeout: float = 30) -> Reading:
    return asyncio.run(prober().probe(address, Probe("technology", subject), timeout))


def test_a_broker_that_answers_is_ready(address: Address) -> None:
    assert probe(address) == Reading(is_ready=True)


def test_a_named_topic_must_have_leaders(address: Address, new_topic: Callable[..., str]) -> None:
    topic = new_topic(2)
    assert probe(address, topic).is_ready
    assert probe(address, f"{topic}, missing").why == "topic missing: UNKNOWN_TOPIC_OR_PARTITION"


def test_nobody_listening_is_told(free_port: int) -> None:
    assert probe(Address("127.0.0.1", free_port)).why == f"127.0.0.1:{free_port} refused the connection"


@pytest.mark.parametrize(
    ("greeting", "why"),
    [
        (None, "accepts but does not answer within 0.2 s"),
        (b"", "closed the connection without an answer"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak Kafka's protocol: an answer begins with b'HTTP'"),
        (b"\0\0\0\x06\0\0\0\x09\0\0", "answer 9 came to question 1"),
        (b"\0\0\0\x05\0\0\0\x01\0", "does not speak Kafka's protocol"),
    ],
)
def test_a_stranger_on_the_port_is_not_ready_and_told_apart(
    stranger: Stranger, greeting: bytes | None, why: str
) -> None:
    reading = probe(stranger(greeting), timeout=0.2 if greeting is None else 30)
    assert not reading.is_ready
    assert why in reading.why


@pytest.mark.parametrize(
    ("metadata", "gap"),
    [
        (Metadata({}, {}), "the broker knows no broker yet"),
        (Metadata({1: ("h", 1)}, {}), "topic t: not there"),
        (
            Metadata({1: ("h", 1)}, {"t": Topic("t", 0, (Partition(0, 1, 0), Partition(1, -1, 5)))}),
            "topic t, partition 1 has no leader yet",
        ),
        (Metadata({1: ("h", 1)}, {"t": Topic("t", 0, (Partition(0, 1, 0),))}), ""),
    ],
)
def test_what_keeps_a_topic_from_being_used_is_told(metadata: Metadata, gap: str) -> None:
    assert find_gap(metadata, ["t"]) == gap
