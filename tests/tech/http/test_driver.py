import asyncio
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from dovetail.errors import SuiteError
from dovetail.model.address import Address, parse_address
from dovetail.model.data import Data
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act, Answer, Target
from dovetail.tech.http.driver import driver

if TYPE_CHECKING:
    from tests.tech.http.conftest import Stand

TRACE = "0af7651916cd43dd8448eb211c80319c"


async def ask(address: Address, subject: str, seconds: float = 30, **fields: Data) -> Answer:
    spoken = driver()
    try:
        session = await spoken.connect(Target("orders", address, trace=TRACE))
        return await session.perform(Act("http.request", subject, fields), seconds)
    finally:
        await spoken.close()


def told(answer: Answer) -> Mapping[str, Any]:
    json = answer.facets["json"]
    assert isinstance(json, Mapping)
    return json


def test_a_request_says_what_the_step_says(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        answer = await ask(
            replace(service, path="/api"),
            "POST /orders?draft=1",
            json={"sku": "A-1", "quantity": 2},
            query={"tag": ["a", "b c"]},
            headers={"X-Tenant": "t1"},
            cookies={"session": "abc"},
            auth={"bearer": "secret"},
        )
        said = told(answer)
        assert answer.facets["status"] == 201
        assert (answer.request, said["method"]) == ("POST /orders?draft=1&tag=a&tag=b+c", "POST")
        assert said["path"] == "/api/orders"
        assert said["query"] == [["draft", "1"], ["tag", "a"], ["tag", "b c"]]
        assert said["body"] == '{"sku":"A-1","quantity":2}'
        headers = said["headers"]
        assert headers["x-tenant"] == "t1"
        assert headers["cookie"] == "session=abc"
        assert headers["authorization"] == "Bearer secret"
        assert headers["content-type"] == "application/json"
        assert headers["traceparent"] == f"00-{TRACE}-0000000000000001-01"
        assert headers["user-agent"].startswith("dovetail/")

    stand.play(scene())


def test_an_answer_has_its_facets(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        answer = await ask(service, "/cookie")
        assert answer.facets["json"] == {"total": 19.98, "exact": 12345678901234567890}
        assert answer.facets["cookies"] == {"session": "abc", "theme": "dark"}
        headers = answer.facets["headers"]
        assert isinstance(headers, Mapping)
        assert headers["Content-Type"] == "application/json"
        assert "set-cookie" in headers
        assert answer.summary.startswith('200 {"total":19.98')
        assert not answer.error

    stand.play(scene())


@pytest.mark.parametrize("kind", ["gzip", "deflate"])
def test_a_packed_body_is_unpacked(stand: "Stand", service: Address, kind: str) -> None:
    async def scene() -> None:
        assert told(await ask(service, f"GET /pack/{kind}")) == {"packed": True}

    stand.play(scene())


def test_a_chunked_body_is_whole(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        body = (await ask(service, "GET /stream")).facets["body"]
        assert body == "".join(str(number) * 1000 for number in range(5))

    stand.play(scene())


@pytest.mark.parametrize("method", ["HEAD", "DELETE", "OPTIONS", "PUT", "PATCH"])
def test_connections_are_kept_whatever_the_method(stand: "Stand", service: Address, method: str) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, seen):
            spoken = driver()
            session = await spoken.connect(Target("orders", proxy.door))
            for subject in (f"{method} /cookie" if method == "HEAD" else f"{method} /x", "GET /y"):
                answer = await session.perform(Act("http.request", subject), 30)
                assert answer.facets["status"] == 200
            await spoken.close()
            assert [exchange.connection for exchange in seen] == [1, 1]

    stand.play(scene())


def test_redirects_are_followed_only_when_asked(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        assert (await ask(service, "GET /wander/3")).facets["status"] == 302
        assert told(await ask(service, "GET /wander/3", follow_redirects=True))["path"] == "/mirror"
        assert told(await ask(service, "POST /wander/0", follow_redirects=True, body="x"))["method"] == "GET"
        kept = told(await ask(service, "POST /wander/0?status=307", follow_redirects=True, body="x"))
        assert (kept["method"], kept["body"]) == ("POST", "x")
        assert (await ask(service, "GET /wander/50", follow_redirects=True)).facets["status"] == 302

    stand.play(scene())


def test_a_secret_does_not_go_to_another_origin(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        location = f"location: http://localhost:{service.port}/elsewhere\r\n".encode()
        async with stand.say(b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\n" + location + b"\r\n") as address:
            answer = await ask(address, "GET /", follow_redirects=True, auth={"bearer": "secret"})
            assert told(answer)["path"] == "/elsewhere"
            assert "authorization" not in told(answer)["headers"]

    stand.play(scene())


def test_who_logs_in_by_the_address_is_sent_along(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        answer = await ask(parse_address(f"http://ann:s@{service.endpoint}"), "GET /")
        assert told(answer)["headers"]["authorization"] == "Basic YW5uOnM="

    stand.play(scene())


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "protocol", "not HTTP"),
        (b"", "closed", "before any answer"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this", "closed", "after 9 of 100 bytes"),
        (b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope", "protocol", "decompressed"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", "closed", "after 0 of 99999999999"),
    ],
)
def test_a_server_that_answers_badly_is_told_as_what_it_is(stand: "Stand", said: bytes, kind: str, words: str) -> None:
    async def scene() -> None:
        async with stand.say(said) as address:
            answer = await ask(address, "GET /")
            error = answer.facets["error"]
            assert isinstance(error, Mapping)
            assert error["kind"] == kind
            assert words in answer.error

    stand.play(scene())


def test_a_body_until_the_end_of_the_connection_is_whole(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.say(b"HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\n\r\nall of it") as address:
            assert (await ask(address, "GET /")).facets["body"] == "all of it"

    stand.play(scene())


def test_interim_answers_are_passed_over(stand: "Stand") -> None:
    said = b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

    async def scene() -> None:
        async with stand.say(said) as address:
            answer = await ask(address, "GET /")
            assert answer.facets["body"] == "ok"
            assert dict(answer.facets["headers"]) == {"content-length": "2"}  # type: ignore[arg-type]  # a mapping

    stand.play(scene())


def test_a_server_that_never_answers_is_given_up(stand: "Stand") -> None:
    async def wait(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async def scene() -> None:
        async with stand.serve(wait) as address:
            answer = await ask(address, "GET /", 0.05)
            assert answer.facets == {"error": {"kind": "timeout", "message": "no answer within 0.05 s"}}

    stand.play(scene())


def test_nobody_there_is_refused(stand: "Stand") -> None:
    async def scene() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            answer = await ask(Address("127.0.0.1", taken.getsockname()[1], "http"), "GET /")
            assert answer.error.startswith("refused: ")

    stand.play(scene())


def test_a_kept_connection_that_was_closed_is_replaced(stand: "Stand") -> None:
    once = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
    connections: list[int] = []

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(once)
        await writer.drain()

    async def scene() -> None:
        async with stand.serve(answer_once) as address:
            spoken = driver()
            session = await spoken.connect(Target("orders", address))
            for _ in range(5):
                answer = await session.perform(Act("http.request", "GET /"), 30)
                assert answer.facets["body"] == "ok"
            await spoken.close()

    stand.play(scene())
    assert len(connections) == 5


@pytest.mark.parametrize(
    ("subject", "effect"),
    [
        ("GET /", Effect.READS),
        ("/x", Effect.READS),
        ("head /x", Effect.READS),
        ("POST /x", Effect.WRITES),
        ("get {{ next }}", Effect.READS),
        ("DELETE {{ next }}", Effect.WRITES),
        ("{{ next }}", Effect.WRITES),
        ("{{ method }} /x", Effect.WRITES),
    ],
)
def test_the_method_tells_the_effect(subject: str, effect: Effect) -> None:
    assert driver().effect_of(Act("http.request", subject)) is effect


def test_what_a_plan_sees_to_be_no_path_is_a_mistake() -> None:
    with pytest.raises(SuiteError, match="starts with /, got 'orders'"):
        driver().effect_of(Act("http.request", "DELETE orders"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_a_url_that_the_service_tells_of_itself_is_asked_there(stand: "Stand", service: Address, host: str) -> None:
    async def scene() -> None:
        home = replace(service, path="/api/")
        answer = await ask(home, f"DELETE http://{host}:{service.port}/api/orders/7?now=1")
        said = told(answer)
        assert (said["method"], said["path"], said["query"]) == ("DELETE", "/api/orders/7", [["now", "1"]])
        assert answer.request == "DELETE /orders/7?now=1"
        assert told(await ask(service, f"http://{host}:{service.port}"))["path"] == "/"
        assert told(await ask(home, f"http://{host}:{service.port}/api"))["path"] == "/api/"

    stand.play(scene())


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.example:{port}/api/x",
        "http://127.0.0.1/api/x",
        "https://127.0.0.1:{port}/api/x",
        "http://127.0.0.1:{port}/apis",
        "http://127.0.0.1:{port}/",
    ],
)
def test_a_url_that_leads_away_from_the_service_is_a_mistake(stand: "Stand", service: Address, url: str) -> None:
    async def scene() -> None:
        with pytest.raises(SuiteError, match="leads away from the service, which is at"):
            await ask(replace(service, path="/api"), f"DELETE {url.format(port=service.port)}")

    stand.play(scene())


def test_a_url_that_is_none_is_a_mistake(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        with pytest.raises(SuiteError, match="is no URL"):
            await ask(service, "GET http://127.0.0.1:many/")

    stand.play(scene())
