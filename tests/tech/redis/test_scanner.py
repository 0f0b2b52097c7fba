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


@pytest.mark.parametrize(
    "sent",
    [
        b"*2\r\n$3\r\nGET\r\n$9\r\norder:177\r\n",
        b"*2\r\n$3\r\nGET\r\n$0\r\n\r\n",
        b"*0\r\n",
        write_command([b"SET", b"k", b"x" * 500]),
    ],
)
def test_a_small_command_that_came_alone_is_taken_as_it_would_be_scanned(sent: bytes) -> None:
    alone, scanned = Scanner(may_be_inline=True), Scanner(may_be_inline=True)
    (sight,) = scanned.scan(sent)
    assert alone.take_words(sent) == sight.words
    assert alone.position == scanned.position


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"PING\r\n",
        b"*2\r\n$3\r\nGET\r\n$9\r\norder\r\n",
        b"*2\r\n$4\r\nECHO\r\n$4\r\na\r\nb\r\n",
        b"*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n",
        "*2\r\n$4\r\nECHO\r\n$2\r\nä\r\n".encode(),
        write_command([b"DEL", *[b"k"] * 9]),
        write_command([b"SET", b"k", b"x" * 5000]),
    ],
)
def test_any_other_command_is_left_to_be_scanned(sent: bytes) -> None:
    scanner = Scanner(may_be_inline=True)
    assert scanner.take_words(sent) is None
    assert scanner.position == 0


@pytest.mark.parametrize(
    "sent", [b"+OK\r\n", b":7\r\n", b"$0\r\n\r\n", b"$3\r\na\r\n\r\n", b"$500\r\n" + b"x" * 500 + b"\r\n"]
)
def test_a_text_that_came_alone_is_taken_as_it_would_be_scanned(sent: bytes) -> None:
    alone, scanned = Scanner(), Scanner()
    (sight,) = scanned.scan(sent)
    assert alone.take_text(sent) == sight.words[0]
    assert alone.position == scanned.position


@pytest.mark.parametrize(
    "sent",
    [b"", b"-ERR no\r\n", b"$-1\r\n", b"$3\r\nab", b"+OK\r\n+OK\r\n", b"$" + b"9" * 5000 + b"\r\n", b"*0\r\n", b"\r\n"],
)
def test_any_other_reply_is_left_to_be_scanned(sent: bytes) -> None:
    scanner = Scanner()
    assert scanner.take_text(sent) is None
    assert scanner.position == 0


PIPELINE = write_command([b"GET", b"k"]) + write_command([b"DEL", *[b"k"] * 9])
ODD_WORDS = [b"", b"a\r\nb", b"\r\n*1\r\n$1\r\na", "ä".encode() * KEPT, b"\xff", b"x" * (KEPT + 1), b"*2", b"$1"]


@pytest.mark.parametrize("word", ODD_WORDS)
def test_small_commands_that_came_together_are_taken_as_they_would_be_scanned(word: bytes) -> None:
    taking, scanning = Scanner(may_be_inline=True), Scanner(may_be_inline=True)
    sent = PIPELINE + write_command([b"SET", b"k", word]) + write_command([b"GET", b"k"])
    taken, rest = taking.take_commands(sent)
    told = [(count, words) for count, words, _ in taken]
    told += [(sight.count, sight.words) for sight in taking.scan(rest)]
    assert told == [(sight.count, sight.words) for sight in scanning.scan(sent)]
    assert len(taken) == (2 if b"\r\n" in word or word.startswith(b"*") else 4)
    assert taking.position == scanning.position == len(sent)


@pytest.mark.parametrize("length", range(len(PIPELINE)))
def test_of_torn_commands_the_whole_ones_are_taken(length: int) -> None:
    scanner = Scanner(may_be_inline=True)
    taken, rest = scanner.take_commands(PIPELINE[:length])
    sights = [*scanner.scan(rest), *scanner.scan(PIPELINE[length:])]
    assert len(taken) == (length >= PIPELINE.index(b"*10"))
    assert len(taken) + len(sights) == 2
    assert scanner.position == len(PIPELINE)


@pytest.mark.parametrize("sent", [b"PING\r\n", b"*x\r\n", b"*1\r\n\x16", b"*1\r\n$9999\r\n" + b"x" * 9999 + b"\r\n"])
def test_what_is_no_small_command_is_left_to_be_scanned(sent: bytes) -> None:
    assert Scanner(may_be_inline=True).take_commands(sent) == ([], sent)


@pytest.mark.parametrize("kind", [b"*", b"~", b"%"])
@pytest.mark.parametrize("words", [0, 2, 8])
def test_a_small_collection_that_came_alone_is_taken_as_it_would_be_scanned(kind: bytes, words: int) -> None:
    alone, scanned = Scanner(), Scanner()
    texts = (b"$3\r\na b\r\n$90\r\n" + b"x" * 90 + b"\r\n") * (words // 2)
    sent = b"%c%d\r\n" % (kind[0], words // 2 if kind == b"%" else words) + texts
    (sight,) = scanned.scan(sent)
    assert alone.take_list(sent) == (sight.count, sight.words)
    assert alone.position == scanned.position == len(sent)


REPLIES = [
    b"+OK\r\n",
    b"-ERR no\r\n",
    b":7\r\n",
    b"$-1\r\n",
    b"$4\r\na\r\nb\r\n",
    b"_\r\n",
    b",1.5\r\n",
    b"*-1\r\n",
    b"*0\r\n",
    b"*4\r\n$1\r\na\r\n$-1\r\n:2\r\n-ERR no\r\n",
    b"*2\r\n*2\r\n:1\r\n*0\r\n%1\r\n+a\r\n$-1\r\n",
    b"%2\r\n$1\r\na\r\n$2\r\n\xc3\xa4\r\n$1\r\nb\r\n$90\r\n" + b"x" * 90 + b"\r\n",
    b"*9\r\n" + b"$1\r\na\r\n" * 9,
    b"$2000\r\n" + b"x" * 2000 + b"\r\n",
    b"=7\r\ntxt:abc\r\n",
]


@pytest.mark.parametrize("reply", REPLIES)
def test_replies_that_came_together_are_taken_as_they_would_be_scanned(reply: bytes) -> None:
    sent = b"+OK\r\n" + reply + b":1\r\n"
    whole = list(Scanner().scan(sent))
    for length in range(len(sent) + 1):
        scanner = Scanner()
        taken, rest = scanner.take_replies(sent[:length])
        told = [Sight(kind, count, words) for kind, count, words, _ in taken]
        assert [*told, *scanner.scan(rest), *scanner.scan(sent[length:])] == whole
        assert scanner.position == len(sent)


@pytest.mark.parametrize(
    "line", [b"*x", b"*-2", b"%-1", b"*", b"*" + b"9" * 5000, b"$" + b"9" * 5000, b"$x", b"HTTP", b""]
)
@pytest.mark.parametrize("before", [b"", b"*2\r\n"])
def test_what_only_looks_like_a_reply_is_left_to_be_scanned(line: bytes, before: bytes) -> None:
    sent = before + line + b"\r\n$1\r\na\r\n"
    assert Scanner().take_replies(sent) == ([], sent)


@pytest.mark.parametrize("sent", [b"", b"*2\r\n+a\r\n$1\r\nb\r\n", b"*1\r\n$1\r\na\r\n+OK\r\n", b"*1\r\n$3\r\na\r\n"])
def test_any_other_collection_is_left_to_be_scanned(sent: bytes) -> None:
    scanner = Scanner()
    assert scanner.take_list(sent) is None
    assert scanner.position == 0


def test_in_the_middle_of_something_nothing_is_taken_alone() -> None:
    commands, replies = Scanner(may_be_inline=True), Scanner()
    list(commands.scan(b"*2\r\n$4\r\nECHO\r\n"))
    list(replies.scan(b"*2\r\n+a\r\n"))
    assert commands.take_words(b"*1\r\n$4\r\nPING\r\n") is None
    assert replies.take_text(b"+b\r\n") is None
    assert replies.take_list(b"*0\r\n") is None
    assert commands.take_commands(PIPELINE) == ([], PIPELINE)
    assert replies.take_replies(b"+b\r\n+c\r\n") == ([], b"+b\r\n+c\r\n")
