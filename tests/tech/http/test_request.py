from decimal import Decimal

import pytest

from dovetail.errors import SuiteError
from dovetail.model.address import Address, parse_address
from dovetail.model.data import Data
from dovetail.plugin.driver import Act
from dovetail.tech.http.request import Request, basic_authorization, bring_home, read_request, read_subject


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        ("GET /orders", ("GET", "/orders")),
        ("/orders", ("GET", "/orders")),
        ("post   /orders?x=1", ("POST", "/orders?x=1")),
        ("GET /a b/ü", ("GET", "/a%20b/%C3%BC")),
        ("GET /a%20b", ("GET", "/a%20b")),
        ("GET /a\r\nX-Evil: 1", ("GET", "/a%0D%0AX-Evil:%201")),
        ("GET /a#part", ("GET", "/a")),
    ],
)
def test_a_subject_is_method_and_path(subject: str, read: tuple[str, str]) -> None:
    assert read_subject(subject) == read


@pytest.mark.parametrize(
    ("fields", "kind", "body"),
    [
        ({"json": {"a": Decimal("1.10"), "b": None}}, "application/json", b'{"a":1.10,"b":null}'),
        ({"json": None}, "application/json", b"null"),
        ({"form": {"a": "1 2", "b": [True, 3]}}, "application/x-www-form-urlencoded", b"a=1+2&b=true&b=3"),
        ({"body": "héllo"}, "text/plain; charset=utf-8", "héllo".encode()),
        ({"body": b"\x00"}, "application/octet-stream", b"\x00"),
        ({"body": "<a/>", "headers": {"Content-Type": "text/xml"}}, "text/xml", b"<a/>"),
        ({}, None, None),
    ],
)
def test_a_body_has_its_type(fields: dict[str, Data], kind: str | None, body: bytes | None) -> None:
    request = read_request(Act("http.request", "POST /", fields))
    assert (dict(request.headers).get("content-type"), request.body) == (kind, body)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"json": {}, "body": ""}, "one body, got json and body"),
        ({"headers": {"X-A": "a\r\nX-B: b"}}, "x-a holds a line break"),
        ({"headers": {"X-A": "a\nX-B: b"}}, "x-a holds a line break"),
        ({"headers": {"X A": "a"}}, "no name of a header"),
        ({"headers": ["a"]}, "headers wants names"),
        ({"auth": "secret"}, "auth wants one way"),
        ({"auth": {"digest": {}}}, "auth wants one way"),
    ],
)
def test_what_no_request_can_be_made_of_is_told(fields: dict[str, Data], words: str) -> None:
    with pytest.raises(SuiteError, match=words):
        read_request(Act("http.request", "GET /", fields))


def test_a_subject_that_is_no_text_is_told() -> None:
    with pytest.raises(SuiteError, match="method and a path"):
        read_subject(7)


def test_who_logs_in_is_written_in_base64() -> None:
    request = read_request(Act("http.request", "GET /", {"auth": {"basic": {"user": "ann", "password": "s"}}}))
    assert dict(request.headers)["authorization"] == basic_authorization("ann", "s") == "Basic YW5uOnM="


@pytest.mark.parametrize(
    ("url", "address", "target"),
    [
        ("http://shop.example/a", Address("shop.example", 0), "/a"),
        ("http://shop.example:80/a?b=1", parse_address("http://Shop.example"), "/a?b=1"),
        ("https://shop.example", parse_address("https://shop.example:443"), "/"),
        ("https://shop.example/v1/a", parse_address("https://shop.example/v1/"), "/a"),
        ("http://[::1]:8080/a", Address("127.0.0.1", 8080, "http"), "/a"),
        ("/v1/a", parse_address("https://shop.example/v1"), "/v1/a"),
    ],
)
def test_a_url_of_the_service_becomes_its_path(url: str, address: Address, target: str) -> None:
    assert bring_home(Request("GET", url), address).target == target
