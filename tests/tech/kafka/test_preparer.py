import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from dovetail.errors import StageError
from dovetail.model.address import Address
from dovetail.model.data import Place
from dovetail.model.system import Service
from dovetail.tech.kafka.cluster import Cluster
from dovetail.tech.kafka.preparer import preparer


def prepare(address: Address, service: Service) -> None:
    asyncio.run(preparer().prepare(service, address, Path()))


def count_partitions(address: Address, topic: str) -> int:
    async def work() -> int:
        cluster = Cluster((address.host, address.port))
        _, found = await cluster.find(topic)
        cluster.close()
        return len(found.partitions)

    return asyncio.run(work())


def test_topics_get_one_partition_unless_the_setting_says_more(address: Address, new_topic: Callable[..., str]) -> None:
    assert count_partitions(address, new_topic()) == 1
    assert count_partitions(address, new_topic(5)) == 5


def test_a_topic_that_is_there_stays_as_it_is(address: Address, new_topic: Callable[..., str]) -> None:
    topic = new_topic(3)
    prepare(address, Service("events", "kafka", topics=(topic, topic)))
    assert count_partitions(address, topic) == 3


def test_no_topics_need_no_broker(free_port: int) -> None:
    prepare(Address("127.0.0.1", free_port), Service("events", "kafka"))


def test_a_broker_that_is_gone_is_told(free_port: int) -> None:
    with pytest.raises(StageError, match=r"events: its topics could not be made: .* refused the connection"):
        prepare(Address("127.0.0.1", free_port), Service("events", "kafka", topics=("a",)))


@pytest.mark.parametrize("number", [0, "many"])
def test_a_number_of_partitions_that_cannot_be_is_told_with_its_place(address: Address, number: int | str) -> None:
    settings = {"num.partitions": number}
    service = Service("events", "kafka", topics=("a",), settings=settings, place=Place("dovetail.yaml", 7))
    with pytest.raises(StageError, match=r"dovetail\.yaml:7"):
        prepare(address, service)
