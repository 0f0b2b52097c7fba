import asyncio
from collections.abc import Callable

import pytest

from dovetail.model.address import Address
from dovetail.tech.kafka.connection import Pool
from dovetail.tech.kafka.frame import FrameError, Reader, Writer
from dovetail.tech.kafka.record import Record, read_batches, write_batch
from dovetail.tech.kafka.refusal import RefusalError
from dovetail.tech.kafka.request import (
    EARLIEST,
    LATEST,
    Ask,
    Produced,
    ask_committed,
    ask_coordinator,
    ask_create,
    ask_fetch,
    ask_groups,
    ask_metadata,
    ask_offsets,
    ask_produce,
    ask_versions,
)


def test_a_broker_understands_every_question(address: Address, new_topic: Callable[..., str]) -> None:
    topic, door = new_topic(2), (address.host, address.port)

    async def work() -> None:
        pool = Pool()
        assert await pool.ask(door, ask_versions()) == 0
        assert await pool.ask(door, ask_create({topic: 1}, 30)) == {topic: 36}
        metadata = await pool.ask(door, ask_metadata([topic]))
        assert list(metadata.brokers.values()) == [door]
        assert [one.index for one in metadata.topics[topic].partitions] == [0, 1]
        assert topic in (await pool.ask(door, ask_metadata(None))).topics
        batch = write_batch(Record(b"v", b"k", timestamp=5_000))
        assert await pool.ask(door, ask_produce(topic, 1, batch, 30)) == Produced(0, 0)
        places = [(topic, 0), (topic, 1)]
        latest = await pool.ask(door, ask_offsets(places, LATEST))
        assert sorted(latest) == [(topic, 0, 0, 0), (topic, 1, 0, 1)]
        earliest = await pool.ask(door, ask_offsets(places, EARLIEST))
        assert sorted(earliest) == [(topic, 0, 0, 0), (topic, 1, 0, 0)]
        (fetched,) = await pool.ask(door, ask_fetch({(topic, 1): 0}, 0.01))
        assert (fetched.topic, fetched.partition, fetched.code, fetched.end) == (topic, 1, 0, 1)
        assert [r.value for b in read_batches(fetched.records) for r in b.records()] == [b"v"]
        assert await pool.ask(door, ask_coordinator("group")) == door
        assert await pool.ask(door, ask_committed("group", places)) == {}
        assert "nobody" not in await pool.ask(door, ask_groups())
        pool.close()

    asyncio.run(work())


@pytest.mark.parametrize(
    "ask",
    [
        ask_versions(),
        ask_metadata(["a"]),
        ask_create({"a": 1}, 1),
        ask_offsets([("a", 0)], LATEST),
        ask_fetch({("a", 0): 0}, 0.1),
        ask_coordinator("g"),
        ask_committed("g", [("a", 0)]),
        ask_groups(),
    ],
)
def test_an_answer_cut_short_is_a_frame_error(ask: Ask[object]) -> None:
    with pytest.raises(FrameError):
        ask.read(Reader(b"\0\0\0\1\0"))


def test_a_brokers_no_to_a_group_is_a_refusal() -> None:
    answer = Writer().integer(0, 4).integer(30, 2).text(None).integer(-1, 4).text("").integer(-1, 4)
    with pytest.raises(RefusalError, match="group g: the broker answers GROUP_AUTHORIZATION_FAILED"):
        ask_coordinator("g").read(Reader(bytes(answer.data)))
