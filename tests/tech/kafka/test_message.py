from datetime import UTC, datetime

import pytest

from dovetail.model.data import Data
from dovetail.tech.kafka.cursor import Message
from dovetail.tech.kafka.message import describe, read_value, show, sum_up, write_headers, write_value
from dovetail.tech.kafka.record import Record

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, None), ("text", b"text"), (b"\0", b"\0"), (7, b"7"), ({"a": [True]}, b'{"a":[true]}'), (False, b"false")],
)
def test_values_are_written_as_people_mean_them(value: Data, written: bytes | None) -> None:
    assert write_value(value) == written


@pytest.mark.parametrize(
    ("data", "value"),
    [(None, None), (b"", ""), (b"7", 7), (b'{"a":1}', {"a": 1}), (b"{a", "{a"), (b"\xff", b"\xff"), (b'"x"', "x")],
)
def test_values_are_read_as_json_text_or_bytes(data: bytes | None, value: Data) -> None:
    assert read_value(data) == value


def test_the_trace_is_added_unless_one_is_given() -> None:
    assert write_headers({}, "") == ()
    ((name, value),) = write_headers({}, TRACE)
    assert (name, value) == ("traceparent", f"00-{TRACE}-{TRACE[:16]}-01".encode())
    assert write_headers({"traceparent": "mine"}, TRACE) == (("traceparent", b"mine"),)


def test_a_message_is_described_and_summed_up() -> None:
    record = Record(b'{"id":\n1}', b"k", (("h", b"1"), ("h", b"2")), 1_000, 42)
    message = Message("orders", 3, record)
    assert describe(message) == {
        "value": {"id": 1},
        "raw": '{"id":\n1}',
        "key": "k",
        "headers": {"h": "2"},
        "partition": 3,
        "offset": 42,
        "timestamp": datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
        "topic": "orders",
    }
    assert sum_up(message) == 'orders[3] offset 42 key k {"id": 1}'


def test_a_long_value_is_shown_in_short() -> None:
    assert len(show(b"x" * 10_000)) == 201
    assert show(None) == "(no value)"
