"""Claims about picking messages out of a stream."""

import pytest

from dovetail.tech.postgres.message import DESCRIBE, SYNC, build_execution, build_message, build_parse, build_query
from dovetail.tech.postgres.scanner import KEPT, Scanner, UnknownBytesError


def test_what_is_big_is_cut_and_skipped_without_being_kept() -> None:
    scanner = Scanner(b"Q", b"X")
    big = build_message(b"Q", b"x" * 100_000) + build_message(b"Q", b"next\0")
    seen = [pair for at in range(0, len(big), 1000) for pair in scanner.scan(big[at : at + 1000])]
    assert [(kind, len(body)) for kind, body in seen] == [(ord("Q"), KEPT - 4), (ord("Q"), 5)]
    assert scanner.position == len(big)


def test_rows_are_counted_not_read() -> None:
    scanner = Scanner(b"C", b"", counts_rows=True)
    list(scanner.scan(build_message(b"D", b"x" * 50) * 3 + build_message(b"C", b"SELECT 3\0")))
    assert scanner.rows == 3


@pytest.mark.parametrize("data", [b"HTTP/1.1 200", b"X\0\0\0\0"])
def test_unknown_bytes_are_told(data: bytes) -> None:
    with pytest.raises(UnknownBytesError):
        list(Scanner(b"Q", b"X").scan(data))


READY = build_message(b"Z", b"I")
DONE = build_message(b"C", b"SELECT 2\0")
ROW = build_message(b"D", b"\0\0")


def test_a_query_that_came_alone_is_taken_as_it_would_be_scanned() -> None:
    alone, scanned = Scanner(b"Q", b""), Scanner(b"Q", b"")
    sent = build_query("select 1")
    assert [(ord("Q"), alone.take_query(sent))] == list(scanned.scan(sent))
    assert alone.position == scanned.position == len(sent)


@pytest.mark.parametrize(
    "sent", [b"", b"Q", READY, build_query("a")[:-1], build_query("a") * 2, build_query("x" * 2 * KEPT)]
)
def test_any_other_message_is_left_to_be_scanned(sent: bytes) -> None:
    scanner = Scanner(b"Q", b"")
    assert scanner.take_query(sent) is None
    assert scanner.position == 0


@pytest.mark.parametrize("rows", [0, 2])
def test_an_answer_that_came_alone_is_taken_and_its_rows_are_counted(rows: int) -> None:
    scanner = Scanner(b"CZ", b"T", counts_rows=True)
    sent = build_message(b"T", b"\0\0") + ROW * rows + DONE + READY
    assert (scanner.take_answer(sent), scanner.rows, scanner.position) == (b"SELECT 2", rows, len(sent))


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        READY,
        READY[:-1],
        ROW + DONE,
        ROW + DONE + DONE + READY,
        build_message(b"E", b"\0") + READY,
        build_message(b"N", b"\0") + DONE + READY,
        ROW + build_message(b"C", b"SELECT 2\0" + READY),
        b"D\0\0\0\0" + DONE + READY,
    ],
)
def test_any_other_answer_is_left_to_be_scanned(sent: bytes) -> None:
    scanner = Scanner(b"CZ", b"T", counts_rows=True)
    assert scanner.take_answer(sent) is None
    assert (scanner.rows, scanner.position) == (0, 0)


BIND = build_message(b"B", b"\0S_1\0" + bytes(6))
EXECUTE = build_message(b"E", b"\0" + bytes(4))
EXECUTE_ONE = build_message(b"E", b"\0\0\0\0\1")
DESCRIBE_PORTAL = build_message(b"D", b"P\0")


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        (BIND + EXECUTE + SYNC, b"S_1"),
        (BIND + DESCRIBE_PORTAL + EXECUTE_ONE + SYNC, b"S_1"),
        (build_execution((b"x" * 3 * KEPT,)) + SYNC, b""),
    ],
)
def test_a_run_of_a_statement_in_one_piece_is_taken(sent: bytes, name: bytes) -> None:
    scanner = Scanner(b"BES", b"D")
    assert scanner.take_run(sent) == name
    assert scanner.position == len(sent)
    assert list(scanner.scan(SYNC)) == [(ord("S"), b"")]


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        SYNC,
        BIND + SYNC,
        BIND + EXECUTE,
        BIND + EXECUTE + EXECUTE + SYNC,
        BIND + DESCRIBE + EXECUTE + SYNC,
        (BIND + EXECUTE) * 2 + SYNC,
        BIND + EXECUTE + SYNC + BIND + EXECUTE + SYNC,
        build_message(b"B", b"portal\0S_1\0" + bytes(6)) + EXECUTE + SYNC,
        build_message(b"B", b"\0no end") + EXECUTE + SYNC,
        build_message(b"B", b"\0S_1\0" + EXECUTE + SYNC),
        b"B\0\0\0\0" + EXECUTE + SYNC,
    ],
)
def test_any_other_run_is_left_to_be_scanned(sent: bytes) -> None:
    scanner = Scanner(b"BES", b"D")
    assert scanner.take_run(sent) is None
    assert scanner.position == 0


def test_a_parse_and_its_completion_are_taken_from_what_follows_them() -> None:
    client, server = Scanner(b"PBES", b"D"), Scanner(b"1CZ", b"2")
    parse = build_parse("select 1")
    assert client.take_parse(parse + BIND) == parse[5:]
    assert (client.position, client.take_parse(BIND), client.take_parse(parse[:-1])) == (len(parse), None, None)
    assert server.take_parsed(build_message(b"1") + READY) == READY
    assert (server.position, server.take_parsed(READY)) == (5, None)


@pytest.mark.parametrize("columns", [b"", build_message(b"n"), build_message(b"T", b"\0\0")])
def test_the_answer_to_a_run_is_taken_with_what_was_bound(columns: bytes) -> None:
    scanner = Scanner(b"CZ", b"2Tn", counts_rows=True)
    assert scanner.take_answer(build_message(b"2") + columns + ROW + DONE + READY) == b"SELECT 2"
    assert scanner.rows == 1


def test_in_the_middle_of_something_nothing_is_taken_alone() -> None:
    scanner = Scanner(b"QCZ", b"T", counts_rows=True)
    list(scanner.scan(ROW[:3]))
    assert scanner.take_run(BIND + EXECUTE + SYNC) is None
    assert scanner.take_parse(build_parse("a")) is None
    assert scanner.take_parsed(build_message(b"1")) is None
    assert scanner.take_query(build_query("a")) is None
    assert scanner.take_answer(DONE + READY) is None
