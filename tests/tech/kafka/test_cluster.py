import asyncio
from collections.abc import Callable

import pytest

from dovetail.model.address import Address
from dovetail.tech.kafka.cluster import Cluster
from dovetail.tech.kafka.record import Record, write_batch
from dovetail.tech.kafka.refusal import RefusalError
from dovetail.tech.kafka.request import EARLIEST, LATEST, Metadata

NewTopic = Callable[..., str]


def test_a_cluster_of_one_is_only_spoken_to_at_its_door() -> None:
    cluster = Cluster(("door", 1))
    assert cluster.leader(Metadata({7: ("elsewhere", 2)}, {}), 7) == ("door", 1)


def test_of_many_brokers_the_leader_is_spoken_to_where_it_says() -> None:
    cluster = Cluster(("door", 1))
    metadata = Metadata({7: ("seven", 2), 8: ("eight", 3)}, {})
    assert cluster.leader(metadata, 8) == ("eight", 3)
    assert cluster.leader(metadata, 9) == ("door", 1)


def test_a_broker_whose_own_address_leads_nowhere_is_reached(start_broker: Callable[..., Address]) -> None:
    hidden = start_broker(advertised="tcp://broker.invalid:9")

    async def work() -> None:
        cluster = Cluster((hidden.host, hidden.port))
        await cluster.create({"orders": 1}, 30)
        metadata, topic = await cluster.find("orders")
        leader = cluster.leader(metadata, topic.partitions[0].leader)
        assert (await cluster.produce(leader, ("orders", 0), write_batch(Record(b"v")), 30)).offset == 0
        assert await cluster.offsets(metadata, [topic], LATEST) == {("orders", 0): 1}
        assert await cluster.offsets(metadata, [topic], EARLIEST) == {("orders", 0): 0}
        cluster.close()

    asyncio.run(work())


def test_a_topic_that_is_not_there_is_refused_with_its_nearest_name(address: Address, new_topic: NewTopic) -> None:
    topic = new_topic()

    async def work() -> None:
        cluster = Cluster((address.host, address.port))
        with pytest.raises(RefusalError, match=f"nearest is {topic}"):
            await cluster.find(topic + "s")
        cluster.close()

    asyncio.run(work())
