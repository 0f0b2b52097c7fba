from decimal import Decimal

import pytest

from dovetail.tech.http.answer import make_answer, make_refusal, read_cookies, read_float, read_text
from dovetail.tech.http.client import NoReplyError
from dovetail.tech.http.header import Headers
from dovetail.tech.http.reply import Reply
from dovetail.tech.http.request import Request

GET = Request("GET", "/")


def reply(body: bytes, kind: str = "", *cookies: str) -> Reply:
    headers = Headers()
    if kind:
        headers.add("content-type", kind)
    for cookie in cookies:
        headers.add("set-cookie", cookie)
    return Reply(200, headers, body)


@pytest.mark.parametrize(
    ("text", "number"),
    [("19.98", 19.98), ("1.10", 1.1), ("1e3", 1000.0), ("0.1234567890123456789", Decimal("0.1234567890123456789"))],
)
def test_numbers_are_exact(text: str, number: object) -> None:
    assert read_float(text) == number
    assert type(read_float(text)) is type(number)


@pytest.mark.parametrize(
    ("body", "kind", "json"),
    [
        (b'{"a": 1}', "application/problem+json", {"a": 1}),
        (b'{"a": 1}', "text/plain", {"a": 1}),
        (b"7", "application/json", 7),
        (b"7", "text/plain", ...),
        (b"{broken", "application/json", ...),
        (b"", "application/json", ...),
    ],
)
def test_json_is_there_where_the_body_is_json(body: bytes, kind: str, json: object) -> None:
    assert make_answer(GET, reply(body, kind)).facets.get("json", ...) == json


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("é".encode(), "text/plain", "é"),
        (b"\xe9", "text/plain; charset=iso-8859-1", "é"),
        (b"\xe9", "text/plain; charset=martian", b"\xe9"),
        (b"\xff\x00", "image/png", b"\xff\x00"),
    ],
)
def test_text_is_read_by_its_charset(body: bytes, kind: str, text: object) -> None:
    assert read_text(body, kind) == text


def test_cookies_lose_their_attributes() -> None:
    cookies = read_cookies(reply(b"", "", 'a="1"; Path=/; HttpOnly', "b=x=y").headers)
    assert cookies == {"a": "1", "b": "x=y"}


def test_a_long_summary_is_cut() -> None:
    assert len(make_answer(GET, reply(b"x" * 5000)).summary) < 210


def test_a_refusal_offers_what_there_was_of_an_answer() -> None:
    answer = make_refusal(GET, NoReplyError("closed", "too early", reply(b"half")))
    assert answer.facets["status"] == 200
    assert answer.facets["error"] == {"kind": "closed", "message": "too early"}
    assert answer.error == "closed: too early"
