"""Where brokers' addresses stand in an answer, and the same answer with another address. Called by the tap.

Known are Metadata to version 13, FindCoordinator to 6, DescribeCluster to 2; to a client that could ask for younger
versions, the broker is made to look as if it did not know them.
"""

from dovetail.model.address import Address
from dovetail.tech.kafka.api import (
    API_VERSIONS,
    DESCRIBE_CLUSTER,
    FIND_COORDINATOR,
    METADATA,
    has_answer_tags,
    is_flexible,
)
from dovetail.tech.kafka.frame import Reader, Writer

NEWEST = {METADATA: 13, FIND_COORDINATOR: 6, DESCRIBE_CLUSTER: 2}
_VERSIONS_NEWEST = 4
_FIRST_OF_MANY = 4
_FENCED_SINCE = 2
_ENDPOINT_TYPE_SINCE = 1
_THROTTLED_SINCE = {METADATA: 3, FIND_COORDINATOR: 1, DESCRIBE_CLUSTER: 0}

Span = tuple[int, int]


def is_rewritten(api: int, version: int) -> bool:
    """Tell whether answers of that kind are changed; all others pass as they are."""
    return version <= (_VERSIONS_NEWEST if api == API_VERSIONS else NEWEST.get(api, -1))


def rewrite_answer(api: int, version: int, frame: bytes, door: Address) -> bytes:
    """Return `frame` (from its correlation id on) with every broker at `door`; raises FrameError."""
    reader = Reader(frame, 4, is_flexible=is_flexible(api, version))
    if api == API_VERSIONS:
        return _cap_versions(reader, frame)
    if has_answer_tags(api, version):
        reader.tags()
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
