"""Where brokers' addresses stand in an answer, and the same answer with another address. Called by the tap.

Known are Metadata to version 13, FindCoordinator to 6, DescribeCluster to 2, Produce to 13 and Fetch to 15; to a client
that could ask for younger versions, the broker is made to look as if it did not know them. Since version 10 an answer
to Produce may name a new leader's address in a tag, which is taken out: clients then ask for metadata.
"""

from dovetail.model.address import Address
from dovetail.tech.kafka.api import (
    API_VERSIONS,
    DESCRIBE_CLUSTER,
    FETCH,
    FIND_COORDINATOR,
    METADATA,
    PRODUCE,
    has_answer_tags,
    is_flexible,
)
from dovetail.tech.kafka.frame import Reader, Writer

NEWEST = {PRODUCE: 13, FETCH: 15, METADATA: 13, FIND_COORDINATOR: 6, DESCRIBE_CLUSTER: 2}
_VERSIONS_NEWEST = 4
_LEADERS_SINCE = 10
_LEADERS = 0
_PRODUCE_IDS_SINCE = 13
_FIRST_OF_MANY = 4
_FENCED_SINCE = 2
_ENDPOINT_TYPE_SINCE = 1
_THROTTLED_SINCE = {METADATA: 3, FIND_COORDINATOR: 1, DESCRIBE_CLUSTER: 0}

Span = tuple[int, int]


def is_rewritten(api: int, version: int) -> bool:
    """Tell whether answers of that kind are changed; all others pass as they are."""
    if api in {PRODUCE, FETCH}:
        return api == PRODUCE and _LEADERS_SINCE <= version <= NEWEST[PRODUCE]
    return version <= (_VERSIONS_NEWEST if api == API_VERSIONS else NEWEST.get(api, -1))


def rewrite_answer(api: int, version: int, frame: bytes, door: Address) -> bytes:
    """Return `frame` (from its correlation id on) with every broker at `door`; raises FrameError."""
    reader = Reader(frame, 4, is_flexible=is_flexible(api, version))
    if api == API_VERSIONS:
        return _cap_versions(reader, frame)
    if has_answer_tags(api, version):
        reader.tags()
    if api == PRODUCE:
        return _drop_leaders(reader, version, frame)
    return _splice(frame, _find_spans(api, version, reader), door, is_compact=reader.is_flexible)


def _splice(frame: bytes, spans: list[Span], door: Address, *, is_compact: bool) -> bytes:
    address = bytes(Writer(is_flexible=is_compact).text(door.host).integer(door.port, 4).data)
    parts: list[bytes] = []
    done = 0
    for start, end in spans:
        parts += (frame[done:start], address)
        done = end
    return b"".join((*parts, frame[done:]))


def _find_spans(api: int, version: int, reader: Reader) -> list[Span]:
    if version >= _THROTTLED_SINCE[api]:
        reader.take(4)
    if api == METADATA:
        return _read_brokers(reader, has_rack=version >= 1)
    if api == FIND_COORDINATOR:
        return _read_coordinators(reader, version)
    reader.take(2)
    reader.text()
    if version >= _ENDPOINT_TYPE_SINCE:
        reader.take(1)
    reader.text()
    reader.take(4)
    return _read_brokers(reader, has_rack=True, has_fence=version >= _FENCED_SINCE)


def _read_brokers(reader: Reader, *, has_rack: bool, has_fence: bool = False) -> list[Span]:
    spans: list[Span] = []
    for _ in range(reader.count()):
        reader.take(4)
        spans += _read_address(reader)
        if has_rack:
            reader.text()
        if has_fence:
            reader.take(1)
        reader.tags()
    return spans


def _read_coordinators(reader: Reader, version: int) -> list[Span]:
    if version < _FIRST_OF_MANY:
        reader.take(2)
        if version >= 1:
            reader.text()
        reader.take(4)
        return _read_address(reader)
    spans: list[Span] = []
    for _ in range(reader.count()):
        reader.text()
        reader.take(4)
        spans += _read_address(reader)
        reader.take(2)
        reader.text()
        reader.tags()
    return spans


def _read_address(reader: Reader) -> list[Span]:
    """Read one address; where there is none (an unknown coordinator), nothing is to be changed."""
    start = reader.at
    host, port = reader.text(), reader.integer(4)
    return [(start, reader.at)] if host and port > 0 else []


def _drop_leaders(reader: Reader, version: int, frame: bytes) -> bytes:
    for _ in range(reader.count()):
        if version >= _PRODUCE_IDS_SINCE:
            reader.take(16)
        else:
            reader.text()
        for _ in range(reader.count()):
            _pass_produced(reader)
        reader.tags()
    reader.take(4)
    start = reader.at
    tags = [(reader.unsigned(), reader.take(reader.unsigned())) for _ in range(reader.unsigned())]
    kept = [(number, value) for number, value in tags if number != _LEADERS]
    writer = Writer().raw(frame[:start]).unsigned(len(kept))
    for number, value in kept:
        writer.unsigned(number).unsigned(len(value)).raw(value)
    return bytes(writer.raw(frame[reader.at :]).data)


def _pass_produced(reader: Reader) -> None:
    """Pass over what is told of one partition: index, code, offset, two times, errors."""
    reader.take(4 + 2 + 8 + 8 + 8)
    for _ in range(reader.count()):
        reader.take(4)
        reader.text()
        reader.tags()
    reader.text()
    reader.tags()


def _cap_versions(reader: Reader, frame: bytes) -> bytes:
    if reader.integer(2):
        return frame
    capped = bytearray(frame)
    for _ in range(reader.count()):
        api, _oldest, newest = (reader.integer(2) for _ in range(3))
        if newest > NEWEST.get(api, newest):
            capped[reader.at - 2 : reader.at] = NEWEST[api].to_bytes(2, "big")
        reader.tags()
    return bytes(capped)
