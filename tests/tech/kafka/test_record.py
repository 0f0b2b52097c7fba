import gzip

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from msgspec.structs import replace

from dovetail.tech.kafka.frame import FrameError
from dovetail.tech.kafka.record import Record, read_batches, write_batch

RECORD = Record(b"value", b"key", (("a", b"1"), ("b", None)), 1_700_000_000_123)


@pytest.mark.parametrize(
    "record", [RECORD, Record(None), Record(b"", b""), replace(RECORD, value=b"x" * 100_000, headers=())]
)
def test_a_message_survives_both_ways(record: Record) -> None:
    (batch,) = read_batches(write_batch(record))
    assert list(batch.records()) == [record]
    assert (batch.count, batch.next_offset) == (1, 1)


def test_what_is_written_is_read_by_another_client_and_its_checksum_holds() -> None:
    batch = MemoryRecords(write_batch(RECORD)).next_batch()
    assert batch.validate_crc()
    (record,) = list(batch)
    assert (record.key, record.value, record.timestamp) == (RECORD.key, RECORD.value, RECORD.timestamp)
    assert list(record.headers) == list(RECORD.headers)


def test_a_batch_that_was_cut_off_is_left_out() -> None:
    whole = write_batch(RECORD)
    assert len(list(read_batches(whole + whole[:-1]))) == 1
    assert list(read_batches(None)) == []


def test_a_control_batch_has_no_messages_but_an_end() -> None:
    marked = bytearray(write_batch(RECORD))
    marked[22] |= 0x20
    (batch,) = read_batches(bytes(marked))
    assert list(batch.records()) == []
    assert batch.next_offset == 1


def test_a_batch_of_an_old_format_is_named() -> None:
    old = bytearray(write_batch(RECORD))
    old[16] = 1
    with pytest.raises(FrameError, match="format 1"):
        list(read_batches(bytes(old)))


def test_a_compressed_batch_is_undone() -> None:
    (plain,) = read_batches(write_batch(RECORD))
    packed = replace(plain, codec=1, body=gzip.compress(plain.body))
    assert list(packed.records()) == [RECORD]


@pytest.mark.parametrize("codec", range(5))
def test_a_batch_of_another_client_gives_each_message_its_place_and_time(codec: int) -> None:
    written = [Record(b"v%d" % number, None, (), 1000 - number * 7, number) for number in range(3)]
    builder = DefaultRecordBatchBuilder(2, codec, 0, -1, -1, -1, 9999)
    for record in written:
        builder.append(record.offset, record.timestamp, record.key, record.value, [])
    (batch,) = read_batches(bytes(builder.build()))
    assert list(batch.records()) == written
    assert (batch.codec, batch.count, batch.next_offset) == (codec, 3, 3)
