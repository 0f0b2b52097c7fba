"""Claims about picking messages out of a stream."""

import pytest

from dovetail.tech.postgres.message import build_message
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
    assert (scanner.take_rows(), scanner.take_rows()) == (3, 0)


@pytest.mark.parametrize("data", [b"HTTP/1.1 200", b"X\0\0\0\0"])
def test_unknown_bytes_are_told(data: bytes) -> None:
    with pytest.raises(UnknownBytesError):
        list(Scanner(b"Q", b"X").scan(data))
