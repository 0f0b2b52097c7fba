"""Claims about words and replies as plain data."""

from datetime import timedelta

import pytest

from dovetail.errors import SuiteError
from dovetail.model.data import Bound, Data
from dovetail.tech.redis.resp import Refused, Reply
from dovetail.tech.redis.value import read_json, to_data, to_map, to_milliseconds, to_seconds, to_word, to_words


@pytest.mark.parametrize(
    ("reply", "data"),
    [
        (b"caf\xc3\xa9", "café"),
        (b"\xff\x00", b"\xff\x00"),
        ([b"a", [1, None]], ["a", [1, None]]),
        ({"a": b"1"}, {"a": "1"}),
        (Refused("ERR", "ERR no"), {"code": "ERR", "message": "ERR no"}),
    ],
)
def test_a_reply_reads_as_plain_data(reply: Reply, data: Data) -> None:
    assert to_data(reply) == data


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("x", "x"),
        (b"\xff", b"\xff"),
        (5, "5"),
        (1.5, "1.5"),
        (True, "true"),
        ({"a": [1]}, '{"a": [1]}'),
        (None, "null"),
    ],
)
def test_a_value_is_written_as_redis_keeps_it(value: Data, word: str | bytes) -> None:
    assert to_word(value) == word


def test_bound_values_are_put_in_their_places() -> None:
    assert to_word(Bound(("session:", ":", ""), (5, "x"))) == "session:5:x"
    assert to_words(["a", 1]) == ["a", "1"]
    assert to_words("a b") == ["a b"]


def test_a_hash_is_read_from_both_versions_of_the_protocol() -> None:
    assert to_map([b"a", b"1", b"b", b"2"]) == to_map({"a": b"1", "b": b"2"}) == {"a": "1", "b": "2"}


def test_times_are_seconds_outside_and_milliseconds_on_the_wire() -> None:
    assert [to_seconds(reply) for reply in (1500, -1, -2)] == [1.5, None, None]
    assert [to_milliseconds(value) for value in (1.5, timedelta(seconds=2))] == [1500, 2000]
    with pytest.raises(SuiteError, match="30s"):
        to_milliseconds("soon")


def test_what_is_no_json_is_null() -> None:
    assert [read_json(value) for value in ("[1]", b'{"a": 1}', "x", 5)] == [[1], {"a": 1}, None, None]
