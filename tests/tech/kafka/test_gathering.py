import asyncio
from collections.abc import Callable

import pytest

from dovetail.model.address import Address
from dovetail.tech.kafka.cluster import Cluster
from dovetail.tech.kafka.cursor import Cursor, Start
from dovetail.tech.kafka.gathering import Gathering
from dovetail.tech.kafka.record import Record, write_batch
from dovetail.tech.kafka.refusal import RefusalError
from dovetail.tech.kafka.request import LATEST

NewTopic = Callable[..., str]


async def fill(cluster: Cluster, topic: str, numbers: range) -> None:
    metadata, found = await cluster.find(topic)
    for number in numbers:
        partition = found.partitions[number % len(found.partitions)]
        batch = write_batch(Record(b"%d" % number, timestamp=number))
        await cluster.produce(cluster.leader(metadata, partition.leader), (topic, partition.index), batch, 30)


def test_all_that_is_there_is_gathered_in_the_order_of_time(address: Address, new_topic: NewTopic) -> None:
    topic = new_topic(2)

    async def work() -> None:
        cluster = Cluster((address.host, address.port))
        await fill(cluster, topic, range(7))
        messages, number = await Gathering(Cursor(cluster, topic, Start(), None), 0).gather()
        assert number == 7
        assert [message.record.value for message in messages] == [b"%d" % each for each in range(7)]
        assert await Gathering(Cursor(cluster, topic, Start(otherwise=LATEST), None), 0).gather() == ([], 0)
        cluster.close()

    asyncio.run(work())


def test_asked_again_it_waits_for_more_and_tells_all(address: Address, new_topic: NewTopic) -> None:
    topic = new_topic()

    async def work() -> None:
        cluster = Cluster((address.host, address.port))
        gathering = Gathering(Cursor(cluster, topic, Start(), None), 0)
        assert await gathering.gather() == ([], 0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(gathering.gather(), 0.05)
        again = asyncio.create_task(gathering.gather())
        await fill(cluster, topic, range(1))
        assert (await again)[1] == 1
        await fill(cluster, topic, range(1, 3))
        assert (await gathering.gather())[1] in {2, 3}
        cluster.close()

    asyncio.run(work())


def test_a_quiet_time_catches_what_comes_late(address: Address, new_topic: NewTopic) -> None:
    topic = new_topic()

    async def work() -> None:
        cluster = Cluster((address.host, address.port))
        gathering = asyncio.create_task(Gathering(Cursor(cluster, topic, Start(), None), 1.0).gather())
        await fill(cluster, topic, range(3))
        assert (await gathering)[1] == 3
        cluster.close()

    asyncio.run(work())


def test_a_topic_that_is_not_there_is_no_empty_answer(address: Address) -> None:
    async def work() -> None:
        cluster = Cluster((address.host, address.port))
        with pytest.raises(RefusalError, match=r"topic no\.such\.topic does not exist"):
            await Gathering(Cursor(cluster, "no.such.topic", Start(), None), 0).gather()
        cluster.close()

    asyncio.run(work())
