"""An answer that came whole is read as httptools reads it, and what is not plain is left to it."""

import random

import httptools
import pytest

from dovetail.tech.http.header import Headers
from dovetail.tech.http.reply import read_whole

HEAD = b"HTTP/1.1 200 OK\r\n"


class Heard:
    """What httptools makes of the same bytes."""

    def __init__(self, data: bytes) -> None:
        self.headers, self.body, self.is_whole, self.is_kept = Headers(), b"", False, False
        self.parser = httptools.HttpResponseParser(self)
        self.parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.add(name.decode("latin-1"), value.decode("latin-1").strip(" \t"))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.is_whole, self.is_kept = True, self.parser.should_keep_alive()


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"Content-Length: 2\r\n\r\nok",
        HEAD + b"content-length:0\r\n\r\n",
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\nX-Odd!: \t a b \r\n\r\nno",
        b"HTTP/1.1 404 \r\ncontent-length: 1\r\n\r\nx",
        b"HTTP/1.1 200\r\ncontent-length: 1\r\n\r\nx",
        HEAD + b"set-cookie: a=1; path=/\r\nset-cookie: b=2\r\nvary: a\r\nvary: b\r\ncontent-length: 1\r\n\r\n\n",
        HEAD + b"x-name: caf\xe9\r\nempty:\r\ncontent-length: 3\r\n\r\n\r\n\r",
    ],
)
def test_it_is_read_as_httptools_reads_it(data: bytes) -> None:
    reply, heard = read_whole(data), Heard(data)
    assert reply is not None
    assert heard.is_whole
    assert heard.is_kept
    assert (reply.status, reply.body) == (heard.parser.get_status_code(), heard.body)
    assert dict(reply.headers) == dict(heard.headers)
    assert reply.headers.cookies == heard.headers.cookies


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"content-length: 3\r\n\r\nok",
        HEAD + b"content-length: 1\r\n\r\nok",
        HEAD + b"content-length: 2\r\ncontent-length: 2\r\n\r\nok",
        HEAD + b"content-length: +2\r\n\r\nok",
        HEAD + b"content-length: %b2\r\n\r\nok" % (b"0" * 5000),
        HEAD + b"content-length: 2\r\nconnection: close\r\n\r\nok",
        HEAD + b"content-length: 2\r\nconnection: keep-alive\r\n\r\nok",
        HEAD + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\nok",
        HEAD + b"content-length: 2\r\nupgrade: h2c\r\n\r\nok",
        HEAD + b"content-length: 2\r\nfolded: a\r\n b\r\n\r\nok",
        HEAD + b"content-length: 2\r\nspaced : a\r\n\r\nok",
        HEAD + b"content-length: 2\r\nzero: a\0b\r\n\r\nok",
        HEAD + b"content-length: 2\nbare: a\r\n\r\nok",
        HEAD + b"\r\nok",
        HEAD + b"content-length: 2\r\n",
        b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 100 Continue\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\ncontent-length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"",
    ],
)
def test_what_is_not_whole_and_plain_is_left_alone(data: bytes) -> None:
    assert read_whole(data) is None


def test_whatever_is_read_httptools_reads_the_same() -> None:
    chance = random.Random(7)
    parts = (
        b"HTTP/1.1 200 OK",
        b"\r\n",
        b"\r\n\r\n",
        b"content-length: 2",
        b"a: b",
        b"ok",
        b":",
        b" ",
        b"\t",
        b"\n",
        b"\0",
        b"x",
    )
    read = 0
    for _ in range(20_000):
        middle = b"".join(chance.choices(parts, k=chance.randrange(5)))
        data = HEAD + middle + b"content-length: 2\r\n\r\nok"
        reply = read_whole(data)
        if reply is not None:
            read += 1
            heard = Heard(data)
            assert heard.is_whole, data
            assert (reply.status, reply.body, dict(reply.headers)) == (200, heard.body, dict(heard.headers)), data
    assert read > 100


def test_a_long_head_is_read_in_time_that_grows_with_it() -> None:
    data = HEAD + b"a:" + b" " * 200_000 + b"\0\r\n\r\n"
    assert read_whole(data) is None
