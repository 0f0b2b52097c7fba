"""Record batches, the form in which messages lie in topics; written by the driver, read by driver and tap."""

from collections.abc import Iterator

from msgspec import Struct

from dovetail.tech.kafka.checksum import checksum
from dovetail.tech.kafka.compression import decompress
from dovetail.tech.kafka.frame import FrameError, Reader, Writer

HEAD = 61
_HEAD_IN_LENGTH = 9
_MAGIC = 2
_CODEC = 0x07
_TRANSACTIONAL = 0x10
_CONTROL = 0x20
_ABORT = b"\0\0\0\0"


class Record(Struct, frozen=True):
    """One message; `timestamp` is milliseconds since the epoch."""

    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    timestamp: int = 0
    offset: int = 0


class Batch(Struct, frozen=True):
    """One batch's head; `next_offset` is the first offset behind it.

    A control batch is the mark behind a producer's transaction that says how it ended.
    """

    base_offset: int
    next_offset: int
    codec: int
    is_control: bool
    is_transactional: bool
    producer: int
    base_timestamp: int
    count: int
    body: bytes

    def records(self) -> Iterator[Record]:
        """Read the messages; a control batch has none."""
        if not self.is_control:
            yield from self._read()

    @property
    def is_abort(self) -> bool:
        """Tell whether it is the mark of a transaction that was taken back."""
        return self.is_control and any(mark.key == _ABORT for mark in self._read())

    def _read(self) -> Iterator[Record]:
        reader = Reader(decompress(self.codec, self.body))
        for _ in range(self.count):
            yield _read_record(reader, self.base_offset, self.base_timestamp)


def _read_record(reader: Reader, base_offset: int, base_timestamp: int) -> Record:
    end = reader.signed() + reader.at
    reader.take(1)
    timestamp = base_timestamp + reader.signed()
    offset = base_offset + reader.signed()
    key = _read_blob(reader)
    value = _read_blob(reader)
    headers = tuple(
        (reader.take(reader.signed()).decode("utf-8", "replace"), _read_blob(reader)) for _ in range(reader.signed())
    )
    reader.at = end
    return Record(value, key, headers, timestamp, offset)


def _read_blob(reader: Reader) -> bytes | None:
    size = reader.signed()
    return None if size < 0 else reader.take(size)


def read_batches(data: bytes | None) -> Iterator[Batch]:
    """Read the whole batches in `data`; a broker may cut the last one off."""
    reader = Reader(data or b"")
    while reader.left >= HEAD:
        base_offset = reader.integer(8)
        size = reader.integer(4)
        if size > reader.left:
            return
        end = reader.at + size
        reader.take(4)
        magic = reader.integer(1)
        if magic != _MAGIC:
            raise FrameError(f"a batch of format {magic}, from before Kafka 0.11")
        yield _read_batch(reader, base_offset, end)
        reader.at = end


def _read_batch(reader: Reader, base_offset: int, end: int) -> Batch:
    reader.take(4)
    attributes = reader.integer(2)
    last = reader.integer(4)
    base_timestamp = reader.integer(8)
    reader.take(8)
    producer = reader.integer(8)
    reader.take(2 + 4)
    count = reader.integer(4)
    return Batch(
        base_offset,
        base_offset + last + 1,
        attributes & _CODEC,
        bool(attributes & _CONTROL),
        bool(attributes & _TRANSACTIONAL),
        producer,
        base_timestamp,
        count,
        reader.take(end - reader.at),
    )


def write_batch(record: Record) -> bytes:
    """Write a batch of one uncompressed message."""
    message = Writer().raw(b"\0").signed(0).signed(0)
    _write_blob(message, record.key)
    _write_blob(message, record.value)
    message.signed(len(record.headers))
    for name, value in record.headers:
        _write_blob(message, name.encode())
        _write_blob(message, value)
    tail = Writer().integer(0, 2).integer(0, 4).integer(record.timestamp, 8).integer(record.timestamp, 8)
    tail.integer(-1, 8).integer(-1, 2).integer(-1, 4).integer(1, 4)
    tail.signed(len(message.data)).raw(bytes(message.data))
    head = Writer().integer(0, 8).integer(len(tail.data) + _HEAD_IN_LENGTH, 4).integer(-1, 4)
    return bytes(head.integer(_MAGIC, 1).raw(checksum(tail.data).to_bytes(4, "big")).data + tail.data)


def _write_blob(writer: Writer, value: bytes | None) -> None:
    if value is None:
        writer.signed(-1)
    else:
        writer.signed(len(value)).raw(value)
