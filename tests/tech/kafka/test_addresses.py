import pytest

from dovetail.model.address import Address
from dovetail.tech.kafka.addresses import NEWEST, is_rewritten, rewrite_answer
from dovetail.tech.kafka.api import API_VERSIONS, DESCRIBE_CLUSTER, FIND_COORDINATOR, METADATA, is_flexible
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


def test_an_unknown_coordinator_stays_unknown() -> None:
    frame = coordinator(2, ("", -1))
    assert rewrite_answer(FIND_COORDINATOR, 2, frame, DOOR) == frame


def versions(version: int, newest: int) -> bytes:
    writer = Writer(is_flexible=version >= 3).integer(5, 4).integer(0, 2).length(2)
    end(writer.integer(0, 2).integer(0, 2).integer(99, 2))
    end(writer.integer(METADATA, 2).integer(0, 2).integer(newest, 2))
    return bytes(end(writer.integer(0, 4)).data)


@pytest.mark.parametrize("version", range(5))
def test_versions_that_cannot_be_rewritten_are_hidden_and_no_others(version: int) -> None:
    assert rewrite_answer(API_VERSIONS, version, versions(version, 14), DOOR) == versions(version, 13)
    assert rewrite_answer(API_VERSIONS, version, versions(version, 9), DOOR) == versions(version, 9)


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
    assert not is_rewritten(METADATA, NEWEST[METADATA] + 1)


@pytest.mark.parametrize("length", range(4, 30))
def test_an_answer_cut_short_is_an_error_and_nothing_else(length: int) -> None:
    with pytest.raises(FrameError):
        rewrite_answer(METADATA, 9, metadata(9, BROKER)[:length], DOOR)
