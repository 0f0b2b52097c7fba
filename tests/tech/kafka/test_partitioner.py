from itertools import count

import pytest

from dovetail.errors import SuiteError
from dovetail.tech.kafka.partitioner import choose_partition, hash_key
from dovetail.tech.kafka.request import Partition, Topic

TOPIC = Topic("orders", 0, tuple(Partition(index, 1, 0) for index in range(3)))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_a_key_is_hashed_as_javas_clients_do(key: bytes, value: int) -> None:
    assert hash_key(key) == value & 0xFFFFFFFF


def test_the_wanted_partition_goes_before_the_keys() -> None:
    assert choose_partition(TOPIC, 2, b"key", count()) == 2


def test_a_key_always_meets_the_same_partition() -> None:
    assert len({choose_partition(TOPIC, None, b"key", count(turn)) for turn in range(9)}) == 1


def test_without_a_key_partitions_take_turns() -> None:
    turns = count()
    assert [choose_partition(TOPIC, None, None, turns) for _ in range(4)] == [0, 1, 2, 0]


@pytest.mark.parametrize("wanted", [3, -1, "first"])
def test_a_partition_that_is_not_there_is_the_suites_mistake(wanted: int | str) -> None:
    with pytest.raises(SuiteError, match="its partitions are 0 to 2"):
        choose_partition(TOPIC, wanted, None, count())
