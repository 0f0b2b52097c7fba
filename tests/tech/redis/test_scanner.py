"""Claims about picking commands and replies out of a stream."""

import pytest

from dovetail.tech.redis.resp import write_command
from dovetail.tech.redis.scanner import KEPT, WORDS_KEPT, Scanner, Sight, UnknownBytesError


def test_what_is_big_is_cut_and_skipped_without_being_kept() -> None:
    scanner = Scanner()
    sent = write_command([b"SET", b"k", b"x" * 100_000]) + b"+OK\r\n"
    seen = [sight for at in range(0, len(sent), 1000) for sight in scanner.scan(sent[at : at + 1000])]
    assert seen == [Sight("*", 3, ["SET", "k", "x" * KEPT]), Sight("+", 0, ["OK"])]
    assert scanner.position == len(sent)


def test_of_many_words_the_first_are_kept_and_all_are_counted() -> None:
    (sight,) = Scanner().scan(write_command([b"%d" % number for number in range(50)]))
    assert (sight.count, len(sight.words)) == (50, WORDS_KEPT)


def test_nested_replies_are_one() -> None:
    nested = b"*2\r\n*2\r\n:1\r\n*0\r\n%1\r\n+a\r\n$-1\r\n:7\r\n"
    assert list(Scanner().scan(nested)) == [Sight("*", 2, ["1", "a"]), Sight(":", 0, ["7"])]


def test_a_client_may_type_plain_lines() -> None:
    assert list(Scanner(may_be_inline=True).scan(b"PING\r\n\r\nGET  k\r\n")) == [
        Sight("*", 1, ["PING"]),
        Sight("*", 2, ["GET", "k"]),
    ]


@pytest.mark.parametrize("sent", [b"\x16\x03\x01", b"\x16\x03\x01 \r\n", b"*2\r\n\x16"])
def test_bytes_that_no_command_begins_with_are_told_before_their_line_ends(sent: bytes) -> None:
    with pytest.raises(UnknownBytesError):
        list(Scanner(may_be_inline=True).scan(sent))


@pytest.mark.parametrize("sent", [b"HTTP/1.1 400\r\n", b"*x\r\n", b"+" + b"x" * 70_000, b"\x15\x03\x03"])
def test_unknown_bytes_are_told(sent: bytes) -> None:
    with pytest.raises(UnknownBytesError):
        list(Scanner().scan(sent))
