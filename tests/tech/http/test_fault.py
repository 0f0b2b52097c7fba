import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from dovetail.edge.proxy import EdgeProxy, Fittings
from dovetail.errors import SuiteError
from dovetail.model.address import Address
from dovetail.model.check import FaultOrder
from dovetail.model.data import Data, Table
from dovetail.plugin.driver import Act, Answer, Session, Target
from dovetail.tech.http.driver import driver
from dovetail.tech.http.fault import fault

if TYPE_CHECKING:
    from tests.tech.http.conftest import Stand


async def get(session: Session, subject: str = "GET /a", **fields: Data) -> Answer:
    return await session.perform(Act("http.request", subject, fields), 30)


async def statuses(proxy: EdgeProxy, *subjects: str) -> list[Data]:
    """Ask over one kept connection."""
    spoken = driver()
    try:
        session = await spoken.connect(Target("orders", proxy.door))
        return [(await get(session, subject)).facets.get("status") for subject in subjects]
    finally:
        await spoken.close()


def test_a_status_is_answered_instead_of_the_service(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, seen):
            settings: dict[str, Data] = {"status": 429, "body": {"why": "too many"}, "retry_after": 1.2}
            lease = proxy.inject(stand.order(**settings, headers={"X-Kind": "test"}), 60)
            spoken = driver()
            session = await spoken.connect(Target("orders", proxy.door))
            answer = await get(session, "POST /orders", json={"a": 1})
            assert answer.facets["status"] == 429
            assert answer.facets["json"] == {"why": "too many"}
            headers = answer.facets["headers"]
            assert isinstance(headers, Mapping)
            assert (headers["retry-after"], headers["x-kind"]) == ("2", "test")
            proxy.lift(lease)
            assert (await get(session)).facets["status"] == 200
            await spoken.close()
            assert [(e.request, e.ended, e.connection) for e in seen] == [
                ("POST /orders", "faulted", 1),
                ("GET /a", "answered", 1),
            ]

    stand.play(scene())


@pytest.mark.parametrize(
    ("settings", "struck"),
    [
        ({"status": 503, "first": 2}, [1, 1, 0, 0, 0, 0]),
        ({"status": 503, "every": 3}, [0, 0, 1, 0, 0, 1]),
        ({"status": 503, "probability": 0.0}, [0, 0, 0, 0, 0, 0]),
        ({"status": 503, "method": "post"}, [0, 1, 0, 1, 0, 0]),
        ({"status": 503, "path": "/orders/*"}, [0, 0, 1, 1, 0, 0]),
        ({"status": 503, "path": "/orders/*", "first": 1}, [0, 0, 1, 0, 0, 0]),
        ({"first": 1}, [1, 0, 0, 0, 0, 0]),
    ],
)
def test_only_what_is_meant_is_struck_and_counted(
    stand: "Stand", service: Address, settings: dict[str, Data], struck: list[int]
) -> None:
    subjects = ("GET /a", "POST /a", "GET /orders/1?x=2", "POST /orders/2", "GET /orders", "GET /b")

    async def scene() -> None:
        async with stand.tapped(service) as (proxy, _):
            proxy.inject(stand.order(**settings), 60)
            got = await statuses(proxy, *subjects)
            assert [int(status == 503) for status in got] == struck

    stand.play(scene())


def test_the_first_two_are_counted_over_all_connections(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, _):
            proxy.inject(stand.order(status=503, first=2), 60)
            got = [await statuses(proxy, "GET /a") for _ in range(4)]
            assert got == [[503], [503], [200], [200]]

    stand.play(scene())


def test_a_kept_connection_is_struck_between_two_messages(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, seen):
            spoken = driver()
            session = await spoken.connect(Target("orders", proxy.door))
            assert (await get(session)).facets["status"] == 200
            proxy.inject(stand.order(status=500), 60)
            assert (await get(session)).facets["status"] == 500
            await spoken.close()
            assert [e.connection for e in seen] == [1, 1]

    stand.play(scene())


def test_an_answer_under_way_is_finished_first(stand: "Stand") -> None:
    go_on = asyncio.Event()

    async def answer_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nha")
            await go_on.wait()
            writer.write(b"lf")

    async def scene() -> None:
        async with stand.serve(answer_slowly) as address, stand.tapped(address) as (proxy, _):
            reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
            writer.write(b"GET /a HTTP/1.1\r\n\r\n")
            await reader.readuntil(b"ha")
            proxy.inject(stand.order(status=500), 60)
            go_on.set()
            assert await reader.readexactly(2) == b"lf"
            writer.write(b"GET /b HTTP/1.1\r\n\r\n")
            assert b" 500 " in await reader.readuntil(b"\r\n\r\n")
            writer.close()

    stand.play(scene())


def test_pipelined_answers_keep_their_order(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, seen):
            proxy.inject(stand.order(status=500, path="/struck"), 60)
            reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
            for path in (b"/health/a", b"/struck", b"/health/b", b"/struck"):
                writer.write(b"GET " + path + b" HTTP/1.1\r\nhost: x\r\n\r\n")
            await stand.until(lambda: len(seen) == 4)
            assert [(e.request, e.answer[:3]) for e in seen] == [
                ("GET /health/a", "200"),
                ("GET /struck", "500"),
                ("GET /health/b", "200"),
                ("GET /struck", "500"),
            ]
            assert b"dovetail-fault" in await reader.readuntil(b"dovetail-fault")
            writer.close()

    stand.play(scene())


def test_a_struck_upload_is_swallowed_whole(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, _):
            proxy.inject(stand.order(status=500, first=1), 60)
            spoken = driver()
            session = await spoken.connect(Target("orders", proxy.door))
            assert (await get(session, "POST /up", body="x" * 3_000_000)).facets["status"] == 500
            answer = await get(session, "POST /up", body="y" * 100)
            assert isinstance(answer.facets["json"], Mapping)
            assert answer.facets["json"]["body"] == "y" * 100
            await spoken.close()

    stand.play(scene())


def test_a_client_that_waits_for_100_is_struck_before_its_body(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, _):
            proxy.inject(stand.order(status=500), 60)
            reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
            writer.write(b"POST /x HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 500 ")
            writer.close()

    stand.play(scene())


def test_the_services_own_answer_is_cut_short(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, seen):
            proxy.inject(stand.order(truncate=10, first=1), 60)
            spoken = driver()
            session = await spoken.connect(Target("orders", proxy.door))
            answer = await get(session, "GET /cookie")
            assert "after 10 of" in answer.error
            assert (await get(session, "GET /cookie")).facets["status"] == 200
            await spoken.close()
            assert [e.ended for e in seen] == ["faulted", "answered"]

    stand.play(scene())


def test_the_edges_own_answer_is_cut_short(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, _):
            proxy.inject(stand.order(status=200, body="hello", truncate=2), 60)
            spoken = driver()
            answer = await get(await spoken.connect(Target("orders", proxy.door)))
            assert "after 2 of 5" in answer.error
            await spoken.close()

    stand.play(scene())


@pytest.mark.parametrize(
    "head",
    [
        b"GET /a HTTP/1.0\r\n\r\n",
        b"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        b"GET /a HTTP/1.1\r\nConnection: Close\r\n\r\n",
        b"GET /a HTTP/1.1\r\nConnection: close, TE\r\n\r\n",
        b"GET /a HTTP/1.1\r\nConnection: TE\r\nConnection: close\r\n\r\n",
    ],
)
def test_a_client_that_reads_until_the_end_is_given_one(stand: "Stand", service: Address, head: bytes) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, _):
            proxy.inject(stand.order(status=503), 60)
            reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
            writer.write(head)
            answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nconnection: close\r\n" in answer
            writer.close()

    stand.play(scene())


@pytest.mark.parametrize(
    ("most", "body"),
    [(0, b"5\r\n"), (3, b"5\r\nhel"), (5, b"5\r\nhello\r\n6\r\n"), (8, b"5\r\nhello\r\n6\r\n wo")],
)
def test_chunks_are_cut_after_so_many_bytes_of_the_body(stand: "Stand", most: int, body: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"

    async def scene() -> None:
        async with (
            stand.say(head + b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n") as address,
            stand.tapped(address) as (proxy, seen),
        ):
            proxy.inject(stand.order(truncate=most), 60)
            reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
            writer.write(b"GET /a HTTP/1.1\r\n\r\n")
            assert await reader.read() == head + body
            writer.close()
            await stand.until(lambda: bool(seen))
            assert seen[0].ended == "faulted"

    stand.play(scene())


def test_a_body_no_longer_than_the_cut_arrives_whole(stand: "Stand") -> None:
    answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"

    async def scene() -> None:
        async with stand.say(answer) as address, stand.tapped(address) as (proxy, _):
            proxy.inject(stand.order(truncate=5), 60)
            reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
            writer.write(b"GET /a HTTP/1.1\r\n\r\n")
            assert await reader.readexactly(len(answer)) == answer
            writer.close()

    stand.play(scene())


def test_an_answer_that_another_fault_delays_holds_the_strike_back_only_until_it_is_out(stand: "Stand") -> None:
    has_answered = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            has_answered.set()

    async def scene() -> None:
        async with stand.serve(answer) as address, stand.tapped(address) as (proxy, seen):
            proxy.inject(FaultOrder("orders -> payments", "latency", {"delay": 0.05}), 60)
            reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
            writer.write(b"GET /a HTTP/1.1\r\n\r\n")
            await has_answered.wait()
            proxy.inject(stand.order(status=503), 60)
            assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
            writer.write(b"GET /b HTTP/1.1\r\n\r\n")
            assert b" 503 " in await reader.readuntil(b"\r\n\r\n")
            assert [(e.request, e.ended) for e in seen] == [("GET /a", "answered"), ("GET /b", "faulted")]
            writer.close()

    stand.play(scene())


def test_an_upload_that_was_answered_early_holds_the_strike_back_only_until_it_is_whole(stand: "Stand") -> None:
    async def answer_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n")
        await reader.readexactly(4)
        received.set()
        await reader.read()

    received = asyncio.Event()

    async def scene() -> None:
        async with stand.serve(answer_at_once) as address, stand.tapped(address) as (proxy, _):
            reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
            writer.write(b"POST /a HTTP/1.1\r\ncontent-length: 4\r\n\r\n")
            assert b" 413 " in await reader.readuntil(b"\r\n\r\n")
            proxy.inject(stand.order(status=503), 60)
            writer.write(b"body")
            await received.wait()
            writer.write(b"GET /b HTTP/1.1\r\n\r\n")
            assert b" 503 " in await reader.readuntil(b"\r\n\r\n")
            writer.close()

    stand.play(scene())


def test_a_strike_finds_its_place_behind_answers_of_every_kind_until_it_is_lifted(stand: "Stand") -> None:
    said = b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 408 Too Late\r\ncontent-length: 0\r\n\r\n"

    async def scene() -> None:
        async with stand.say(said, b"HTTP/1.1 200 OK\r\n\r\nend") as address, stand.tapped(address) as (proxy, _):
            lease = proxy.inject(stand.order(status=503, path="/struck"), 60)
            reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
            writer.write(b"GET /a HTTP/1.1\r\n\r\n")
            assert await reader.readexactly(len(said)) == said
            writer.write(b"GET /struck HTTP/1.1\r\n\r\nGET /str")
            assert b" 503 " in await reader.readuntil(b"\r\n\r\n")
            proxy.lift(lease)
            writer.write(b"uck HTTP/1.1\r\n\r\n")
            assert (await reader.read()).endswith(b"200 OK\r\n\r\nend")
            writer.close()

    stand.play(scene())


def test_half_a_message_that_ends_arrives_as_it_was_sent(stand: "Stand") -> None:
    async def say_half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read())
        writer.write(b"HTTP/1.1 200 O")

    received: list[bytes] = []

    async def scene() -> None:
        async with stand.serve(say_half) as address, stand.tapped(address) as (proxy, _):
            proxy.inject(stand.order(status=503, path="/elsewhere"), 60)
            reader, writer = await asyncio.open_connection(proxy.door.host, proxy.door.port)
            writer.write(b"GET /a HTTP/1.1\r\nhos")
            writer.write_eof()
            assert await reader.read() == b"HTTP/1.1 200 O"
            writer.close()

    stand.play(scene())
    assert received == [b"GET /a HTTP/1.1\r\nhos"]


@pytest.mark.parametrize(("method", "status"), [("HEAD", 503), ("GET", 204)])
def test_an_answer_without_body_has_none(stand: "Stand", service: Address, method: str, status: int) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, _):
            proxy.inject(stand.order(status=status, body="hello"), 60)
            assert await statuses(proxy, f"{method} /a", f"{method} /b") == [status, status]

    stand.play(scene())


def test_words_as_read_from_a_file_are_understood() -> None:
    settings, headers = Table("orders.yaml"), Table("orders.yaml")
    headers["X-Left"] = 0
    settings.update(status=429, headers=headers, body=headers, truncate=3, retry_after=2.0)
    assert fault().make(settings, Fittings().random)


def test_two_http_faults_strike_where_each_is_meant(stand: "Stand", service: Address) -> None:
    async def scene() -> None:
        async with stand.tapped(service) as (proxy, _):
            first = proxy.inject(stand.order(status=501, path="/a"), 60)
            proxy.inject(stand.order(status=502, path="/*"), 60)
            assert await statuses(proxy, "GET /a", "GET /b") == [501, 502]
            proxy.lift(first)
            assert await statuses(proxy, "GET /a", "GET /b") == [502, 502]

    stand.play(scene())


@pytest.mark.parametrize(
    "settings",
    [
        {"status": 99}, {"status": 600}, {"status": "teapot"}, {"every": 0}, {"colour": "red"}, {"first": -1},
        {"headers": {"a": "b\r\nc: d"}}, {"probability": 1.5}, {"probability": -0.1}, {"truncate": -1},
        {"retry_after": -1.0},
    ],
)  # fmt: skip
def test_what_the_fault_cannot_mean_is_told(settings: dict[str, Data]) -> None:
    with pytest.raises(SuiteError):
        fault().make(settings, Fittings().random)
