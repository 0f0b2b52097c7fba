"""Claims about reading and writing the Redis protocol."""

import pytest

from dovetail.tech.redis.resp import GarbledError, Pushed, Refused, Reply, ReplyReader, write_command

CASES: list[tuple[bytes, Reply]] = [
    (b"+OK\r\n", "OK"),
    (b":-5\r\n", -5),
    (b"$5\r\na\r\nbc\r\n", b"a\r\nbc"),
    (b"$0\r\n\r\n", b""),
    (b"$-1\r\n", None),
    (b"*-1\r\n", None),
    (b"*0\r\n", []),
    (b"*2\r\n$1\r\na\r\n*2\r\n:1\r\n*0\r\n", [b"a", [1, []]]),
    (b"-WRONGTYPE not a string\r\n", Refused("WRONGTYPE", "WRONGTYPE not a string")),
    (b"_\r\n", None),
    (b"#t\r\n", True),
    (b",1.5\r\n", 1.5),
    (b"(12345678901234567890\r\n", 12345678901234567890),
    (b"=7\r\ntxt:abc\r\n", b"abc"),
    (b"!5\r\nERR x\r\n", Refused("ERR", "ERR x")),
    (b"%2\r\n$1\r\na\r\n:1\r\n+b\r\n*1\r\n:2\r\n", {"a": 1, "b": [2]}),
    (b"~2\r\n:1\r\n:2\r\n", [1, 2]),
    (b">2\r\n+message\r\n+x\r\n", Pushed(["message", "x"])),
    (b"|1\r\n+ttl\r\n:5\r\n+OK\r\n", "OK"),
]


@pytest.mark.parametrize(("sent", "reply"), CASES)
def test_every_kind_of_reply_is_read_in_any_portions(sent: bytes, reply: Reply) -> None:
    assert ReplyReader().feed(sent * 2) == [reply, reply]
    reader = ReplyReader()
    assert [each for byte in sent for each in reader.feed(bytes([byte]))] == [reply]


@pytest.mark.parametrize("sent", [b"HTTP/1.1 400\r\n", b"$x\r\n", b"*z\r\n", b"+" + b"x" * 70_000])
def test_what_is_not_the_protocol_is_told(sent: bytes) -> None:
    with pytest.raises(GarbledError):
        ReplyReader().feed(sent)


def test_a_command_is_written_with_its_lengths() -> None:
    assert write_command([b"SET", b"k", b"\r\n"]) == b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\r\n\r\n"
