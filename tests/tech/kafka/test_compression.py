import asyncio
import sys
import time
from collections.abc import Callable

import confluent_kafka
import cramjam
import pytest

from dovetail.errors import MissingPartError
from dovetail.model.address import Address
from dovetail.plugin.driver import Act, Target
from dovetail.tech.kafka.compression import decompress
from dovetail.tech.kafka.driver import KafkaDriver
from dovetail.tech.kafka.frame import FrameError


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_what_librdkafka_compresses_is_read(address: Address, new_topic: Callable[..., str], codec: str) -> None:
    topic = new_topic()
    producer = confluent_kafka.Producer({"bootstrap.servers": address.endpoint, "compression.type": codec})
    producer.produce(topic, "wort " * 1000)
    assert producer.flush(60) == 0

    async def work() -> object:
        driver = KafkaDriver(time.time)
        session = await driver.connect(Target("events", address))
        answer = await session.perform(Act("kafka.consume", topic, {"from": "start"}), 30)
        await driver.close()
        return answer.facets["value"]

    assert asyncio.run(work()) == "wort " * 1000


@pytest.mark.parametrize("codec", [1, 2, 3, 4, 5])
def test_broken_or_unknown_compression_is_a_frame_error(codec: int) -> None:
    with pytest.raises(FrameError):
        decompress(codec, b"\xff" * 40)


def test_snappy_in_javas_blocks_is_read() -> None:
    parts = [bytes(cramjam.snappy.compress_raw(data)) for data in (b"one ", b"two")]
    blocks = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert decompress(2, b"\x82SNAPPY\x00" + (1).to_bytes(4, "big") * 2 + blocks) == b"one two"


def test_a_missing_library_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cramjam", None)
    with pytest.raises(MissingPartError, match=r"dovetail\[kafka\]"):
        decompress(4, b"")
