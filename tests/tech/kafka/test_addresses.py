import pytest

from dovetail.model.address import Address
from dovetail.tech.kafka.addresses import NEWEST, is_rewritten, rewrite_answer
from dovetail.tech.kafka.api import (
    API_VERSIONS,
    DESCRIBE_CLUSTER,
    FETCH,
    FIND_COORDINATOR,
    METADATA,
    PRODUCE,
    is_flexible,
)
from dovetail.tech.kafka.frame import FrameError, Writer

BROKER = ("kafka-1.internal", 9092)
DOOR = Address("127.0.0.1", 40123, form="endpoint")
SPOT = (DOOR.host, DOOR.port)
TAGS = b"\x01\x07\x02ab"


def start(api: int, version: int) -> Writer:
    writer = Writer(is_flexible=is_flexible(api, version)).integer(77, 4)
    return end(writer)


def end(writer: Writer) -> Writer:
    return writer.raw(TAGS) if writer.is_flexible else writer


def metadata(version: int, *spots: tuple[str, int]) -> bytes:
    writer = start(METADATA, version)
    if version >= 3:
        writer.integer(0, 4)
    writer.length(len(spots))
    for node, (host, port) in enumerate(spots):
        writer.integer(node, 4).text(host).integer(port, 4)
        if version >= 1:
            writer.text("rack" if node else None)
        end(writer)
    return bytes(writer.raw(b"cluster, controller, topics: passed on unread").data)


def coordinator(version: int, *spots: tuple[str, int]) -> bytes:
    writer = start(FIND_COORDINATOR, version)
    if version >= 1:
        writer.integer(0, 4)
    if version < 4:
        writer.integer(0, 2)
        if version >= 1:
            writer.text(None)
        writer.integer(1, 4).text(spots[0][0]).integer(spots[0][1], 4)
        return bytes(end(writer).data)
    writer.length(len(spots))
    for host, port in spots:
        writer.text("group").integer(1, 4).text(host).integer(port, 4).integer(0, 2).text(None)
        end(writer)
    return bytes(end(writer).data)


def cluster(version: int, *spots: tuple[str, int]) -> bytes:
    writer = start(DESCRIBE_CLUSTER, version).integer(0, 4).integer(0, 2).text(None)
    if version >= 1:
        writer.integer(1, 1)
    writer.text("cluster").integer(1, 4).length(len(spots))
    for node, (host, port) in enumerate(spots):
        writer.integer(node, 4).text(host).integer(port, 4).text(None)
        if version >= 2:
            writer.integer(0, 1)
        end(writer)
    return bytes(end(writer.integer(-1, 4)).data)


@pytest.mark.parametrize("version", range(NEWEST[METADATA] + 1))
def test_every_version_of_metadata_names_the_door(version: int) -> None:
    frame = metadata(version, BROKER, ("kafka-2.internal", 9093))
    assert rewrite_answer(METADATA, version, frame, DOOR) == metadata(version, SPOT, SPOT)


@pytest.mark.parametrize("version", range(NEWEST[FIND_COORDINATOR] + 1))
def test_every_version_of_find_coordinator_names_the_door(version: int) -> None:
    spots = (BROKER, BROKER) if version >= 4 else (BROKER,)
    frame = coordinator(version, *spots)
    assert rewrite_answer(FIND_COORDINATOR, version, frame, DOOR) == coordinator(version, *(SPOT for _ in spots))


@pytest.mark.parametrize("version", range(NEWEST[DESCRIBE_CLUSTER] + 1))
def test_every_version_of_describe_cluster_names_the_door(version: int) -> None:
    frame = cluster(version, BROKER)
    assert rewrite_answer(DESCRIBE_CLUSTER, version, frame, DOOR) == cluster(version, SPOT)


def produced(version: int, tags: bytes) -> bytes:
    writer = start(PRODUCE, version).length(2)
    for _ in range(2):
        (writer.raw(bytes(16)) if version >= 13 else writer.text("orders")).length(1)
        writer.integer(0, 4).integer(6, 2).raw(bytes(24)).length(1).integer(0, 4)
        end(end(end(writer.text("why")).text(None)))
    return bytes(writer.integer(0, 4).raw(tags).data)


def named_leader() -> bytes:
    address = bytes(
        end(Writer(is_flexible=True).length(1).integer(1, 4).text(BROKER[0]).integer(9092, 4).text(None)).data
    )
    return b"\x00" + bytes(Writer().unsigned(len(address)).raw(address).data)


@pytest.mark.parametrize("version", range(10, NEWEST[PRODUCE] + 1))
def test_no_version_of_a_produce_answer_names_a_new_leaders_address(version: int) -> None:
    assert is_rewritten(PRODUCE, version)
    for before, after in (
        (b"\x00", b"\x00"),
        (TAGS, TAGS),
        (b"\x01" + named_leader(), b"\x00"),
        (b"\x02" + named_leader() + TAGS[1:], TAGS),
    ):
        assert rewrite_answer(PRODUCE, version, produced(version, before), DOOR) == produced(version, after)


def test_an_unknown_coordinator_stays_unknown() -> None:
    frame = coordinator(2, ("", -1))
    assert rewrite_answer(FIND_COORDINATOR, 2, frame, DOOR) == frame


def versions(version: int, *newest: tuple[int, int]) -> bytes:
    writer = Writer(is_flexible=version >= 3).integer(5, 4).integer(0, 2).length(1 + len(newest))
    end(writer.integer(2, 2).integer(0, 2).integer(99, 2))
    for api, number in newest:
        end(writer.integer(api, 2).integer(0, 2).integer(number, 2))
    return bytes(end(writer.integer(0, 4)).data)


@pytest.mark.parametrize("version", range(5))
def test_versions_that_cannot_be_rewritten_are_hidden_and_no_others(version: int) -> None:
    young, known = (
        versions(version, (METADATA, metadata_newest), (FETCH, fetch_newest), (PRODUCE, 13))
        for metadata_newest, fetch_newest in ((14, 18), (13, 15))
    )
    old = versions(version, (METADATA, 9), (FETCH, 4))
    assert rewrite_answer(API_VERSIONS, version, young, DOOR) == known
    assert rewrite_answer(API_VERSIONS, version, old, DOOR) == old


def test_a_refusal_of_the_versions_question_passes_as_it_is() -> None:
    refused = bytes(Writer().integer(5, 4).integer(35, 2).integer(0, 4).data)
    assert rewrite_answer(API_VERSIONS, 4, refused, DOOR) == refused


def test_only_answers_with_addresses_are_rewritten() -> None:
    assert [api for api in range(90) if is_rewritten(api, 0)] == [
        METADATA,
        FIND_COORDINATOR,
        API_VERSIONS,
        DESCRIBE_CLUSTER,
    ]
    for api, newest in NEWEST.items():
        assert not is_rewritten(api, newest + 1)
    assert not is_rewritten(PRODUCE, 9)


@pytest.mark.parametrize("length", range(4, 30))
def test_an_answer_cut_short_is_an_error_and_nothing_else(length: int) -> None:
    with pytest.raises(FrameError):
        rewrite_answer(METADATA, 9, metadata(9, BROKER)[:length], DOOR)
