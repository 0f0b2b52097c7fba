"""Claims about redis steps against the real server."""

import asyncio
from collections.abc import Awaitable, Callable

from dovetail.model.address import Address
from dovetail.model.data import Data
from dovetail.plugin.driver import Act, Answer, Session, Target
from dovetail.tech.redis.driver import driver


def play(address: Address, scene: Callable[[Session], Awaitable[None]]) -> None:
    async def act() -> None:
        ours = driver()
        session = await ours.connect(Target("cache", address))
        try:
            await scene(session)
        finally:
            await session.close()
            await ours.close()

    asyncio.run(act())


async def do(session: Session, verb: str, subject: Data, **fields: Data) -> Answer:
    return await session.perform(Act(f"redis.{verb}", subject, fields), 20)


def test_what_was_set_is_got_with_its_time_to_live(database: Address) -> None:
    async def scene(session: Session) -> None:
        assert (await do(session, "set", "price", value={"sku": "A-1", "cents": 5}, ttl=60)).facets == {"stored": True}
        got = (await do(session, "get", "price")).facets
        assert got["json"] == {"sku": "A-1", "cents": 5}
        assert got["value"] == '{"sku": "A-1", "cents": 5}'
        assert (got["exists"], got["type"]) == (True, "string")
        left = got["ttl"]
        assert isinstance(left, float)
        assert 50 < left <= 60

    play(database, scene)


def test_a_missing_key_is_null_and_not_there(database: Address) -> None:
    async def scene(session: Session) -> None:
        facets = (await do(session, "get", "nothing")).facets
        assert facets == {"value": None, "json": None, "ttl": None, "exists": False, "type": "none"}
        assert (await do(session, "ttl", "nothing")).facets == {"ttl": None, "exists": False}
        assert (await do(session, "exists", ["a", "b"])).facets == {"exists": False, "count": 0}

    play(database, scene)


def test_get_reads_every_type(database: Address) -> None:
    async def scene(session: Session) -> None:
        await do(session, "hset", "h", values={"a": 1, "b": [2]})
        await do(session, "command", ["RPUSH", "l", "x", 1])
        await do(session, "command", "SADD s 'two words' a")
        await do(session, "command", ["ZADD", "z", 2, "b", 1, "a"])
        values = [(await do(session, "get", key)).facets["value"] for key in ("h", "l", "s", "z")]
        assert values == [{"a": "1", "b": "[2]"}, ["x", "1"], ["a", "two words"], ["a", "b"]]
        assert (await do(session, "hgetall", "h")).facets["value"] == {"a": "1", "b": "[2]"}
        assert (await do(session, "hget", "h", field="b")).facets == {"value": "[2]", "json": [2], "exists": True}

    play(database, scene)


def test_counting_deleting_and_listing(database: Address) -> None:
    async def scene(session: Session) -> None:
        assert (await do(session, "incr", "n")).facets == {"value": 1}
        assert (await do(session, "incr", "n", by=4)).facets == {"value": 5}
        assert (await do(session, "incr", "n", by=0.5)).facets == {"value": 5.5}
        await do(session, "set", "m", value="x")
        assert (await do(session, "set", "m", value="y", only="new")).facets == {"stored": False}
        assert (await do(session, "expire", "m", ttl=5)).facets == {"exists": True}
        assert (await do(session, "keys", "*")).facets == {"keys": ["m", "n"], "count": 2}
        assert (await do(session, "del", ["m", "n", "o"])).facets == {"count": 2}

    play(database, scene)


def test_a_refusal_is_an_answer_with_its_code(database: Address) -> None:
    async def scene(session: Session) -> None:
        await do(session, "hset", "h", values={"a": 1})
        answer = await do(session, "incr", "h")
        error = answer.facets["error"]
        assert isinstance(error, dict)
        assert (error["kind"], error["code"]) == ("server", "WRONGTYPE")
        assert answer.request == "INCR h"

    play(database, scene)


def test_a_message_published_before_the_wait_but_after_the_check_began_is_not_missed(database: Address) -> None:
    async def scene(session: Session) -> None:
        await session.foresee([Act("redis.subscribe", "orders.{{ id }}"), Act("redis.subscribe", "prices")])
        assert (await do(session, "publish", "orders.1", value={"n": 1})).facets == {"receivers": 1}
        await do(session, "publish", "prices", value="p")
        await do(session, "publish", "orders.2", value="second")
        await do(session, "publish", "orders.2", value="third")
        heard = (await do(session, "subscribe", "orders.2")).facets
        assert heard == {"value": "second", "json": None, "channel": "orders.2"}
        assert (await do(session, "subscribe", "orders.2")).facets["value"] == "third"
        assert (await do(session, "subscribe", "orders.*")).facets["json"] == {"n": 1}
        assert (await do(session, "subscribe", "prices")).facets["value"] == "p"

    play(database, scene)


def test_silence_tells_what_was_heard_elsewhere(database: Address) -> None:
    async def scene(session: Session) -> None:
        await session.foresee([Act("redis.subscribe", "orders.{{ id }}")])
        await do(session, "publish", "orders.1", value="x")
        answer = await session.perform(Act("redis.subscribe", "orders.2"), 0.2)
        assert answer.error == "no message on orders.2 within 0.2 s; heard on orders.1"
        assert (await do(session, "publish", "orders.2", value="late")).facets == {"receivers": 1}
        assert (await do(session, "subscribe", "orders.2")).facets["value"] == "late"

    play(database, scene)


def test_a_command_that_blocks_ends_with_its_time(database: Address) -> None:
    async def scene(session: Session) -> None:
        answer = await session.perform(Act("redis.command", "BLPOP queue 0"), 0.2)
        assert answer.error == "no answer within 0.2 s"
        assert (await do(session, "command", "PING")).facets["value"] == "PONG"

    play(database, scene)


def test_nobody_there_is_refused(server: Address) -> None:
    async def scene(session: Session) -> None:
        error = (await do(session, "get", "x")).facets["error"]
        assert isinstance(error, dict)
        assert error["kind"] == "refused"

    play(server.at("127.0.0.1", 1), scene)
