"""Claims about values on their way to PostgreSQL and back."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from dovetail.model.data import Data
from dovetail.tech.postgres.value import decode, encode, guess_type

JSONB, TEXT_ARRAY, INT_ARRAY, NUMERIC, TIMESTAMPTZ = 3802, 1009, 1007, 1700, 1184


@pytest.mark.parametrize(
    ("value", "oid", "written"),
    [
        (None, 0, None),
        (True, 0, b"true"),
        (5.0, 0, b"5"),
        (0.1, 0, b"0.1"),
        (Decimal("19.980"), 0, b"19.980"),
        (UUID(int=5), 0, b"00000000-0000-0000-0000-000000000005"),
        (b"\x00\xff", 0, b"\\x00ff"),
        (date(2026, 1, 31), 0, b"2026-01-31"),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), 0, b"2026-01-31T12:00:00+00:00"),
        (timedelta(minutes=2), 0, b"120.0 seconds"),
        ({"a": [Decimal("1.5"), None, UUID(int=5)]}, 0, b'{"a": [1.5, null, "00000000-0000-0000-0000-000000000005"]}'),
        ([1, None, 'a"b\\'], TEXT_ARRAY, b'{"1",NULL,"a\\"b\\\\"}'),
        ([[1], [2]], INT_ARRAY, b'{{"1"},{"2"}}'),
        ([1, "a"], JSONB, b'[1, "a"]'),
        ('{"already": "json"}', JSONB, b'{"already": "json"}'),
        (5, JSONB, b"5"),
    ],
)
def test_a_value_is_written_as_the_server_reads_it(value: Data, oid: int, written: bytes | None) -> None:
    assert encode(value, oid) == written


@pytest.mark.parametrize(
    ("text", "oid", "value"),
    [
        (None, 25, None),
        (b"20", NUMERIC, 20),
        (b"20.00", NUMERIC, 20.0),
        (b"-19.98", NUMERIC, -19.98),
        (b"0.12345678901234567890", NUMERIC, Decimal("0.12345678901234567890")),
        (b"NaN", NUMERIC, "nan"),
        (b"2026-01-31 12:00:00.5+05:30", TIMESTAMPTZ, "2026-01-31T06:30:00.500000Z"),
        (b"infinity", TIMESTAMPTZ, "infinity"),
        (b"0044-03-15 12:00:00+00 BC", TIMESTAMPTZ, "0044-03-15 12:00:00+00 BC"),
        (b"{}", INT_ARRAY, []),
        (b"{1,NULL,{2}}", INT_ARRAY, [1, None, [2]]),
        (b"[0:1]={1,2}", INT_ARRAY, [1, 2]),
        (b'{a,"b,c","NULL",NULL,"d\\"\\\\"}', TEXT_ARRAY, ["a", "b,c", "NULL", None, 'd"\\']),
        (b"(1,2)", 99999, "(1,2)"),
    ],
)
def test_what_the_server_wrote_reads_as_plain_data(text: bytes | None, oid: int, value: Data) -> None:
    read = decode(text, oid)
    assert (str(read) if value == "nan" else read) == value


def test_the_type_of_a_lone_value_is_guessed() -> None:
    values: list[Data] = [True, 5, 0.5, "x", {}]
    assert [guess_type(value) for value in values] == [16, 20, 1700, 25, 3802]
