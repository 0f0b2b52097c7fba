from aiokafka.record.control_record import ABORT_MARKER, COMMIT_MARKER, ControlRecord
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from msgspec.structs import replace

from dovetail.tech.kafka.record import Batch, Record, read_batches, write_batch
from dovetail.tech.kafka.transaction import Aborted, Abortions

OURS, THEIRS = 7, 8
ABORT, COMMIT = b"\0\0\0\0", b"\0\0\0\1"


def written(offset: int, producer: int) -> Batch:
    builder = DefaultRecordBatchBuilder(2, 0, 1, producer, 0, 0, 9999)
    builder.append(0, 1, None, b"v", [])
    (batch,) = read_batches(bytes(builder.build()))
    return replace(batch, base_offset=offset, next_offset=offset + 1)


def mark(offset: int, producer: int, *, is_abort: bool) -> Batch:
    (batch,) = read_batches(write_batch(Record(b"", ABORT if is_abort else COMMIT)))
    return replace(
        batch, base_offset=offset, next_offset=offset + 1, producer=producer, is_control=True, is_transactional=True
    )


def test_a_batch_of_another_client_tells_who_wrote_it_and_that_it_is_part_of_a_transaction() -> None:
    batch = written(0, OURS)
    assert (batch.producer, batch.is_transactional, batch.is_control, batch.is_abort) == (OURS, True, False, False)
    (plain,) = read_batches(write_batch(Record(b"v")))
    assert (plain.producer, plain.is_transactional) == (-1, False)


def test_a_mark_tells_how_its_transaction_ended() -> None:
    assert mark(0, OURS, is_abort=True).is_abort
    assert not mark(0, OURS, is_abort=False).is_abort
    assert (ControlRecord.parse(ABORT), ControlRecord.parse(COMMIT)) == (ABORT_MARKER, COMMIT_MARKER)


def test_what_was_taken_back_ends_with_its_mark_and_is_of_one_producer() -> None:
    abortions = Abortions([Aborted(OURS, 2)])
    story = [
        (written(0, OURS), False),
        (mark(1, OURS, is_abort=False), False),
        (written(2, OURS), True),
        (written(3, THEIRS), False),
        (written(4, OURS), True),
        (mark(5, OURS, is_abort=True), False),
        (written(6, OURS), False),
    ]
    for batch, is_held in story:
        assert abortions.hold(batch) is is_held, batch.base_offset


def test_a_transaction_that_began_before_what_was_fetched_is_held_too() -> None:
    abortions = Abortions([Aborted(THEIRS, 40), Aborted(OURS, 1)])
    assert abortions.hold(written(10, OURS))
    assert not abortions.hold(mark(11, OURS, is_abort=True))
    assert not abortions.hold(written(39, THEIRS))
    assert abortions.hold(written(40, THEIRS))


def test_a_message_outside_of_transactions_is_never_held() -> None:
    (plain,) = read_batches(write_batch(Record(b"v")))
    assert not Abortions([Aborted(-1, 0)]).hold(plain)
