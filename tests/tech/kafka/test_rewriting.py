from collections.abc import Callable

import pytest

from dovetail.model.address import Address
from dovetail.tech.kafka.api import FETCH, METADATA
from dovetail.tech.kafka.frame import Writer
from dovetail.tech.kafka.rewriting import Rewriting

DOOR = Address("127.0.0.1", 40123)
KINDS = {1: (METADATA, 0), 2: (FETCH, 4), 3: (METADATA, 14)}


def framed(correlation: int, body: bytes) -> bytes:
    return (len(body) + 4).to_bytes(4, "big") + correlation.to_bytes(4, "big") + body


def brokers(host: str, port: int) -> bytes:
    return bytes(Writer().length(1).integer(0, 4).text(host).integer(port, 4).data) + b"topics"


NAMED, CHANGED = framed(1, brokers("kafka", 9092)), framed(1, brokers(DOOR.host, DOOR.port))
FETCHED = framed(2, b"records" * 5000)


@pytest.fixture
def feed() -> Callable[[bytes], bytes]:
    return Rewriting(DOOR, KINDS.get).feed


def test_an_answer_with_addresses_is_changed_between_others(feed: Callable[[bytes], bytes]) -> None:
    assert feed(FETCHED + NAMED + FETCHED) == FETCHED + CHANGED + FETCHED


def test_other_answers_go_on_as_the_very_same_object(feed: Callable[[bytes], bytes]) -> None:
    for piece in (FETCHED, FETCHED[:100], FETCHED[100:5000], FETCHED[5000:]):
        assert feed(piece) is piece


def test_only_what_must_be_whole_is_held_back(feed: Callable[[bytes], bytes]) -> None:
    assert feed(FETCHED + NAMED[:12]) == FETCHED
    assert feed(NAMED[12:20]) == b""
    assert feed(NAMED[20:] + FETCHED[:50]) == CHANGED + FETCHED[:50]
    assert feed(FETCHED[50:]) == FETCHED[50:]


def test_every_single_byte_arriving_alone_gives_the_same(feed: Callable[[bytes], bytes]) -> None:
    stream = NAMED + framed(2, b"x") + NAMED
    assert b"".join(feed(stream[at : at + 1]) for at in range(len(stream))) == CHANGED + framed(2, b"x") + CHANGED


@pytest.mark.parametrize("nonsense", [framed(9, b"an answer to no question"), b"\0\0\0\1\0\0\0\1", b"\xff" * 50])
def test_nonsense_ends_the_rewriting_and_nothing_is_lost(feed: Callable[[bytes], bytes], nonsense: bytes) -> None:
    assert feed(NAMED + nonsense) == CHANGED + nonsense
    assert feed(NAMED) == NAMED


def test_an_answer_that_cannot_be_read_goes_on_as_it_is(feed: Callable[[bytes], bytes]) -> None:
    broken = framed(1, b"\0\0\0\5abc")
    assert feed(broken + NAMED) == broken + CHANGED


def test_an_answer_younger_than_what_is_known_goes_on_as_it_is(feed: Callable[[bytes], bytes]) -> None:
    young = framed(3, brokers("kafka", 9092))
    assert feed(young) is young


def test_an_answer_too_large_to_hold_goes_on_as_it_is(feed: Callable[[bytes], bytes]) -> None:
    head = (64 << 20).to_bytes(4, "big") + NAMED[4:]
    assert feed(head) == head
