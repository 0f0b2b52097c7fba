import asyncio
from collections.abc import Callable

import pytest

from dovetail.model.address import Address
from dovetail.tech.kafka.cluster import Cluster
from dovetail.tech.kafka.cursor import Cursor, Start
from dovetail.tech.kafka.record import Record, write_batch

NewTopic = Callable[..., str]


async def fill(cluster: Cluster, topic: str, values: list[tuple[int, bytes, int]]) -> None:
    """Write (partition, value, timestamp)."""
    metadata, found = await cluster.find(topic)
    for partition, value, timestamp in values:
        leader = cluster.leader(metadata, found.partitions[partition].leader)
        await cluster.produce(leader, (topic, partition), write_batch(Record(value, timestamp=timestamp)), 30)


async def read(cursor: Cursor, number: int) -> list[bytes | None]:
    async with asyncio.timeout(30):
        return [(await cursor.next()).record.value for _ in range(number)]


def test_messages_of_several_partitions_come_in_the_order_of_time(address: Address, new_topic: NewTopic) -> None:
    topic = new_topic(3)

    async def work() -> None:
        cluster = Cluster((address.host, address.port))
        await fill(cluster, topic, [(2, b"a", 10), (0, b"b", 20), (1, b"c", 30), (2, b"d", 40)])
        assert await read(Cursor(cluster, topic, Start(), None), 4) == [b"a", b"b", b"c", b"d"]
        cluster.close()

    asyncio.run(work())


def test_a_known_offset_goes_before_the_rule_for_the_rest(address: Address, new_topic: NewTopic) -> None:
    topic = new_topic(2)

    async def work() -> None:
        cluster = Cluster((address.host, address.port))
        await fill(cluster, topic, [(0, b"old", 1), (0, b"new", 2), (1, b"start", 3)])
        assert await read(Cursor(cluster, topic, Start({0: 1}), None), 2) == [b"new", b"start"]
        cluster.close()

    asyncio.run(work())


def test_with_a_time_older_messages_are_passed_over(address: Address, new_topic: NewTopic) -> None:
    topic = new_topic()

    async def work() -> None:
        cluster = Cluster((address.host, address.port))
        await fill(cluster, topic, [(0, b"old", 1_000), (0, b"new", 2_000)])
        assert await read(Cursor(cluster, topic, Start(otherwise=1_500), None), 1) == [b"new"]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await Cursor(cluster, topic, Start(otherwise=9_000), None).next()
        cluster.close()

    asyncio.run(work())


def test_a_topic_made_anew_is_read_from_its_start(start_broker: Callable[..., Address]) -> None:
    where = start_broker()

    async def work() -> None:
        cluster = Cluster((where.host, where.port))
        await cluster.create({"orders": 1}, 30)
        await fill(cluster, "orders", [(0, b"one", 1_000), (0, b"two", 1_000)])
        cursor = Cursor(cluster, "orders", Start({0: 7}, since=900), None)
        assert await read(cursor, 2) == [b"one", b"two"]
        cluster.close()

    asyncio.run(work())


def test_a_question_that_is_cancelled_loses_no_message(address: Address, new_topic: NewTopic) -> None:
    topic = new_topic()

    async def work() -> None:
        cluster = Cluster((address.host, address.port))
        cursor = Cursor(cluster, topic, Start(), None)
        for number in range(30):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.001 * (number % 7)):
                    await cursor.next()
            await fill(cluster, topic, [(0, b"%d" % number, number)])
            assert await read(cursor, 1) == [b"%d" % number]
        cluster.close()

    asyncio.run(work())


def test_how_far_it_read_is_told(address: Address, new_topic: NewTopic) -> None:
    topic = new_topic()

    async def work() -> None:
        cluster = Cluster((address.host, address.port))
        cursor = Cursor(cluster, topic, Start(), None)
        assert cursor.progress == f"no partition of {topic} was reached"
        await fill(cluster, topic, [(0, b"v", 1)])
        await read(cursor, 1)
        assert cursor.progress == f"read {topic}[0] up to offset 1, 1 message seen, end offset 1"
        cluster.close()

    asyncio.run(work())
