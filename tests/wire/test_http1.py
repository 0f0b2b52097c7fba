from random import Random

import pytest

from dovetail.wire.http1 import (
    CHUNKED,
    DATA,
    END,
    FRAME,
    HEAD,
    TUNNEL,
    UNTIL_CLOSE,
    Framer,
    Kind,
    bare_request,
    header,
    measure_answer,
    measure_request,
    request_line,
    starts_answer,
    starts_request,
    whole_answer,
)

GET = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /b HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
CHUNKS = b"PUT /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\nhello\r\n0\r\nTrailer: t\r\n\r\n"
DAV = b"\r\nVERSION-CONTROL /d HTTP/1.1\r\n\r\n\r\n\r\n"
CODED_TWICE = (
    b"POST /e HTTP/1.1\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\nA \r\n0123456789\r\n0\r\n\r\n"
)


def requests() -> Framer:
    return Framer(starts_request, measure_request)


def answers(method: bytes = b"GET") -> Framer:
    return Framer(starts_answer, lambda head, lowered: measure_answer(head, lowered, method))


def feed(framer: Framer, data: bytes, size: int) -> list[tuple[Kind, bytes]]:
    pieces: list[tuple[Kind, bytes]] = []
    for start in range(0, len(data), size):
        pieces += framer.feed(data[start : start + size])
    return pieces


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("data", [GET, POST, CHUNKS, DAV, CODED_TWICE, DAV + GET + POST + CHUNKS + GET])
def test_pieces_are_the_bytes_however_they_arrive(data: bytes, size: int) -> None:
    framer = requests()
    pieces = feed(framer, data, size)
    assert b"".join(piece for _, piece in pieces) == data
    ends = data.count(b" HTTP/1.1")
    assert [kind for kind, _ in pieces if kind in (HEAD, END)] == [HEAD, END] * ends
    assert framer.is_between
    assert not framer.is_broken


@pytest.mark.parametrize(
    ("head", "method", "length"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", b"GET", 12),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", b"HEAD", 0),
        (b"HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: gzip, chunked\r\n\r\n", b"GET", CHUNKED),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"GET", UNTIL_CLOSE),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"GET", 0),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", b"GET", 0),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"POST", 0),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", b"GET", TUNNEL),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"CONNECT", TUNNEL),
    ],
)
def test_an_answers_length_depends_on_what_was_asked(head: bytes, method: bytes, length: int) -> None:
    assert measure_answer(head, head.lower(), method) == length


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"hello there\r\n\r\n",
        b"GET /a SMTP/1.1\r\n\r\n",
        b"GET HTTP/1.1\r\n\r\n",
        b"\rGET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5, 5\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"x" * 300_000,
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET / HTTP/1.1\r\nHost: x\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnothex\r\n",
        b"GET / HTTP/1.1\r\n" + b"x" * 300_000,
    ],
)
def test_what_is_not_http_comes_as_data_and_none_is_lost(data: bytes) -> None:
    framer = requests()
    pieces = feed(framer, data + b"more", 100_000)
    assert framer.is_broken
    assert not framer.runs_until_close
    assert b"".join(piece for _, piece in pieces) == data + b"more"


def invent(random: Random) -> tuple[bytes, bytes]:
    """Make up a request: its bytes, and its body without framing."""
    body = bytes(random.choice(b"\r\n01aGET HTTP/1.1") for _ in range(random.choice((0, 1, 9, 400))))
    method, padding = random.choice((b"GET", b"POST", b"M-SEARCH")), b"x" * random.randrange(90)
    head = b"%b /%d HTTP/1.%d\r\nX: %b\r\n" % (method, random.randrange(9), random.randrange(2), padding)
    if random.random() < 0.5:
        return head + b"Content-Length: %d\r\n\r\n" % len(body) + body, body
    framed, at = head + b"transfer-encoding: Chunked\r\n\r\n", 0
    while at < len(body):
        size = random.randint(1, len(body) - at)
        extension = random.choice((b"", b";a", b' ; b="c"'))
        framed += b"%x%b\r\n" % (size, extension) + body[at : at + size] + b"\r\n"
        at += size
    return framed + b"00\r\n" + b"T: t\r\n" * random.randrange(3) + b"\r\n", body


@pytest.mark.parametrize("seed", range(60))
def test_made_up_messages_are_cut_alike_however_they_are_torn(seed: int) -> None:
    random = Random(seed)
    made = [invent(random) for _ in range(random.randint(1, 6))]
    data, framer, at = b"".join(message for message, _ in made), requests(), 0
    pieces: list[tuple[Kind, bytes]] = []
    while at < len(data):
        size = random.choice((1, 2, 30, 1000))
        pieces += framer.feed(data[at : at + size])
        at += size
    assert b"".join(piece for _, piece in pieces) == data
    assert b"".join(piece for kind, piece in pieces if kind is DATA) == b"".join(body for _, body in made)
    assert [kind for kind, _ in pieces if kind in (HEAD, END)] == [HEAD, END] * len(made)
    assert framer.is_between


def test_what_frames_a_body_is_told_from_the_body() -> None:
    pieces = feed(requests(), CHUNKS, 1000)
    assert [piece for kind, piece in pieces if kind is DATA] == [b"hello"]
    frames = [b"5;x=1\r\n", b"\r\n0\r\n", b"Trailer: t\r\n", b"\r\n"]
    assert [piece for kind, piece in pieces if kind is FRAME] == frames


def test_the_end_of_a_chunk_is_not_held_back_for_the_next() -> None:
    framer = requests()
    begun = CHUNKS[: CHUNKS.index(b"0\r\n")]
    assert b"".join(piece for _, piece in framer.feed(begun)) == begun
    assert b"".join(piece for _, piece in framer.feed(CHUNKS[len(begun) :])) == CHUNKS[len(begun) :]
    assert framer.is_between


@pytest.mark.parametrize("head", [b"HTTP/1.1 2_0 OK\r\n\r\n", b"HTTP/1.1 -20 OK\r\n\r\n", b"HTTP/1.1 20\r\n\r\n"])
def test_a_status_has_three_digits(head: bytes) -> None:
    framer = answers()
    assert feed(framer, head, 1000) == [(DATA, head)]
    assert framer.is_broken


def test_what_is_held_of_an_unfinished_head_can_be_had_back() -> None:
    framer = requests()
    assert feed(framer, GET + b"GET /b HT", 10)[-1] == (END, b"")
    assert framer.release() == b"GET /b HT"
    assert framer.release() == b""


def test_a_body_until_close_runs_on() -> None:
    framer = answers()
    pieces = feed(framer, b"HTTP/1.0 200 OK\r\n\r\nsome body", 4)
    assert framer.runs_until_close
    assert {kind for kind, _ in pieces} == {HEAD, DATA}


def test_a_message_under_way_is_not_between() -> None:
    framer = requests()
    assert framer.is_between
    list(framer.feed(b"GET /a HT"))
    assert not framer.is_between


def test_a_connection_that_becomes_something_else_runs_on() -> None:
    framer = requests()
    framer.run_on()
    assert list(framer.feed(b"\x81\x05hello")) == [(DATA, b"\x81\x05hello")]


@pytest.mark.parametrize(
    ("data", "is_bare"),
    [(GET, True), (POST, False), (CHUNKS, False), (GET + GET, False), (GET[:-1], False), (b"\x16" + GET, False)],
)
def test_a_bare_request_is_known_at_once(data: bytes, *, is_bare: bool) -> None:
    assert bare_request(data) == (data.lower() if is_bare else None)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"200 OK"),
        (b"HTTP/1.0 404 Not Found\r\nContent-Length:0\r\n\r\n", b"404 Not Found"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nok", None),
        (b"HTTP/1.1 200 OK\r\n\r\nContent-Length: 2\r\n", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok", None),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n", None),
        (b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", None),
    ],
)
def test_a_whole_answer_is_known_at_once(data: bytes, status: bytes | None) -> None:
    found = whole_answer(data)
    assert (found[0] if found else None) == status


def test_head_and_headers_are_read() -> None:
    assert request_line(GET) == (b"GET /a", b"GET")
    assert header(GET.lower(), b"\r\nhost:", GET) == "x"
    assert header(GET.lower(), b"\r\naccept:", GET) == ""
