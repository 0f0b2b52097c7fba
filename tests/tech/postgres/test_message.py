"""Claims about PostgreSQL messages as bytes."""

import struct

from dovetail.tech.postgres.message import (
    Column,
    build_execution,
    build_message,
    build_parse,
    build_startup,
    cut_messages,
    read_columns,
    read_refusal,
    read_row,
    read_text,
    read_types,
)


def test_whole_messages_are_cut_off_and_the_rest_is_kept() -> None:
    one, two = build_message(b"C", b"SELECT 1\0"), build_message(b"Z", b"I")
    buffer = bytearray(one + two[:3])
    assert list(cut_messages(buffer)) == [(ord("C"), b"SELECT 1\0")]
    buffer += two[3:]
    assert list(cut_messages(buffer)) == [(ord("Z"), b"I")]
    assert not buffer


def test_a_refusal_keeps_its_fields() -> None:
    refusal = read_refusal(b"SFEHLER\0VERROR\0C23505\0Mdouble\0P12\0tt\0nt_pkey\0\0")
    assert (refusal.severity, refusal.code, refusal.message) == ("ERROR", "23505", "double")
    assert (refusal.position, refusal.table, refusal.constraint) == (12, "t", "t_pkey")
    assert str(refusal) == "ERROR 23505: double"


def test_columns_and_rows_are_read() -> None:
    described = struct.pack("!H", 1) + b"id\0" + struct.pack("!IHIHIH", 0, 0, 23, 4, 0xFFFF, 0)
    assert read_columns(described) == (Column("id", 23),)
    assert read_row(struct.pack("!Hi", 2, -1) + struct.pack("!i", 2) + b"ab") == (None, b"ab")
    assert read_types(struct.pack("!HII", 2, 23, 25)) == (23, 25)


def test_a_text_that_was_cut_is_read_to_its_end() -> None:
    assert read_text(b"abc\0def") == "abc"
    assert read_text(b"abc\0def", 4) == "def"


def test_what_is_sent_says_its_own_length() -> None:
    for message in (build_parse("select $1", (25,)), build_execution((b"x", None))):
        assert [len(body) for _, body in cut_messages(bytearray(message))]
    startup = build_startup([("user", "me")])
    assert int.from_bytes(startup[:4], "big") == len(startup)
