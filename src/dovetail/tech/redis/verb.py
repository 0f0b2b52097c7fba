"""What each verb asks of the server and which facets it makes of the replies. Used by session and driver.

`perform` raises RefusedError where the server says no; `effect_of` tells from the words what a verb does.
"""

import shlex
from collections.abc import Awaitable, Callable, Mapping

from msgspec import Struct

from dovetail.errors import Problem, SuiteError
from dovetail.model.data import Bound, Data
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act
from dovetail.tech.redis.connection import Command, Connection, must
from dovetail.tech.redis.resp import Reply
from dovetail.tech.redis.value import (
    Word,
    read_json,
    to_data,
    to_list,
    to_map,
    to_milliseconds,
    to_seconds,
    to_text,
    to_word,
    to_words,
)

Facets = dict[str, Data]
SCANNED_AT_ONCE = 1000
LINE_AT_MOST = 300
_READING = """
    get mget getrange strlen exists ttl pttl expiretime pexpiretime type keys scan randomkey dbsize dump object memory
    hget hmget hgetall hkeys hvals hlen hexists hscan hstrlen lrange llen lindex lpos smembers sismember smismember
    scard srandmember sscan sinter sunion sdiff zrange zrangebyscore zrevrange zrank zrevrank zscore zmscore zcard
    zcount zscan xrange xrevrange xlen xinfo getbit bitcount bitpos pfcount geopos geodist geosearch info ping echo time
"""
READING = frozenset(_READING.split())
DISTURBING = frozenset({"flushall", "shutdown", "config", "debug", "failover", "replicaof", "slaveof", "swapdb", "acl"})


class Trade(Struct, frozen=True):
    """One verb's work: `effect` is what it does to the server, `perform` does it."""

    perform: Callable[[Connection, Act], Awaitable[Facets]]
    effect: Effect = Effect.READS


async def perform(connection: Connection, act: Act) -> Facets:
    return await TRADES[act.verb].perform(connection, act)


def effect_of(act: Act) -> Effect:
    if act.verb != "redis.command":
        return TRADES[act.verb].effect if act.verb in TRADES else Effect.READS
    name = to_text(to_command(act.subject)[0]).lower()
    if name in DISTURBING:
        return Effect.DISTURBS
    return Effect.READS if name in READING else Effect.WRITES


def to_command(subject: "Data | Bound") -> list[Word]:
    """Take a list of words, or a line split as a shell would."""
    words = to_words(subject) if isinstance(subject, list | tuple) else _split(to_text(subject))
    if not words:
        raise SuiteError(Problem("this step's command holds no word"))
    return words


def describe(act: Act) -> str:
    """Write the step on one line as its command would be typed."""
    name = act.verb.partition(".")[2].upper()
    words = to_command(act.subject) if act.verb == "redis.command" else [name, *to_words(act.subject)]
    words += [to_word(value) for value in act.fields.values()]
    return cut(" ".join(to_text(word) for word in words))


def summarize(facets: Facets) -> str:
    """Tell the first facet, which is the one people ask for."""
    value = next(iter(facets.values()))
    return cut(to_text(value) if value is not None else "null")


def cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LINE_AT_MOST else line[: LINE_AT_MOST - 1] + "…"


def _split(line: str) -> list[Word]:
    try:
        return list(shlex.split(line))
    except ValueError as odd:
        raise SuiteError(Problem(f"this command cannot be split into words: {odd}", "write a list of words")) from None


async def _ask(connection: Connection, *commands: Command) -> list[Reply]:
    return [must(reply) for reply in await connection.pipeline(commands)]


async def _get(connection: Connection, act: Act) -> Facets:
    """Read the key whatever its type: it is asked for as text, and again where it turns out to be something else."""
    key = to_word(act.subject)
    kind, left, *text = await connection.pipeline((("TYPE", key), ("PTTL", key), ("GET", key)))
    must(kind)
    reading = _WHOLE.get(str(kind))
    value = reading[1]((await _ask(connection, reading[0](key)))[0]) if reading else to_data(must(text[0]))
    return {
        "value": value,
        "json": read_json(value),
        "ttl": to_seconds(must(left)),
        "exists": kind != "none",
        "type": to_data(kind),
    }


_WHOLE: Mapping[str, tuple[Callable[[Word], Command], Callable[[Reply], Data]]] = {
    "hash": (lambda key: ("HGETALL", key), to_map),
    "list": (lambda key: ("LRANGE", key, 0, -1), to_list),
    "set": (lambda key: ("SMEMBERS", key), lambda reply: sorted(to_list(reply), key=str)),
    "zset": (lambda key: ("ZRANGE", key, 0, -1), to_list),
    "stream": (lambda key: ("XRANGE", key, "-", "+"), to_list),
}


async def _set(connection: Connection, act: Act) -> Facets:
    words: list[str | bytes | int | float] = ["SET", to_word(act.subject), to_word(act.fields["value"])]
    if act.fields.get("ttl") is not None:
        words += ("PX", to_milliseconds(act.fields["ttl"]))
    only = act.fields.get("only")
    if only:
        words.append("NX" if only == "new" else "XX")
    (reply,) = await _ask(connection, words)
    return {"stored": reply == "OK"}


async def _delete(connection: Connection, act: Act) -> Facets:
    (count,) = await _ask(connection, ("DEL", *to_words(act.subject)))
    return {"count": to_data(count)}


async def _increment(connection: Connection, act: Act) -> Facets:
    by = act.fields.get("by")
    step = 1 if by is None else by
    name = "INCRBY" if isinstance(step, int) else "INCRBYFLOAT"
    (reply,) = await _ask(connection, (name, to_word(act.subject), to_word(step)))
    return {"value": float(reply) if isinstance(reply, bytes) else to_data(reply)}


async def _expire(connection: Connection, act: Act) -> Facets:
    (reply,) = await _ask(connection, ("PEXPIRE", to_word(act.subject), to_milliseconds(act.fields["ttl"])))
    return {"exists": reply == 1}


async def _time_to_live(connection: Connection, act: Act) -> Facets:
    key = to_word(act.subject)
    left, count = await _ask(connection, ("PTTL", key), ("EXISTS", key))
    return {"ttl": to_seconds(left), "exists": count == 1}


async def _exist(connection: Connection, act: Act) -> Facets:
    keys = to_words(act.subject)
    (count,) = await _ask(connection, ("EXISTS", *keys))
    return {"exists": count == len(keys), "count": to_data(count)}


async def _hash_get(connection: Connection, act: Act) -> Facets:
    (reply,) = await _ask(connection, ("HGET", to_word(act.subject), to_word(act.fields["field"])))
    value = to_data(reply)
    return {"value": value, "json": read_json(value), "exists": reply is not None}


async def _hash_set(connection: Connection, act: Act) -> Facets:
    values = act.fields["values"]
    if not isinstance(values, Mapping) or not values:
        raise SuiteError(Problem("redis.hset wants `values:` with at least one field"))
    words = [to_word(each) for pair in values.items() for each in pair]
    (count,) = await _ask(connection, ("HSET", to_word(act.subject), *words))
    return {"count": to_data(count)}


async def _hash_all(connection: Connection, act: Act) -> Facets:
    (reply,) = await _ask(connection, ("HGETALL", to_word(act.subject)))
    value = to_map(reply)
    return {"value": value, "exists": bool(value)}


async def _keys(connection: Connection, act: Act) -> Facets:
    keys: set[str] = set()
    cursor: Reply = b"0"
    while True:
        at = cursor if isinstance(cursor, bytes) else b"0"
        (reply,) = await _ask(connection, ("SCAN", at, "MATCH", to_word(act.subject), "COUNT", SCANNED_AT_ONCE))
        cursor, found = reply if isinstance(reply, list) else (b"0", [])
        keys.update(str(key) for key in to_list(found))
        if cursor == b"0":
            return {"keys": sorted(keys), "count": len(keys)}


async def _publish(connection: Connection, act: Act) -> Facets:
    (count,) = await _ask(connection, ("PUBLISH", to_word(act.subject), to_word(act.fields["value"])))
    return {"receivers": to_data(count)}


async def _command(connection: Connection, act: Act) -> Facets:
    (reply,) = await _ask(connection, to_command(act.subject))
    value = to_data(reply)
    return {"value": value, "json": read_json(value)}


TRADES: Mapping[str, Trade] = {
    "redis.get": Trade(_get),
    "redis.set": Trade(_set, Effect.WRITES),
    "redis.del": Trade(_delete, Effect.WRITES),
    "redis.incr": Trade(_increment, Effect.WRITES),
    "redis.expire": Trade(_expire, Effect.WRITES),
    "redis.ttl": Trade(_time_to_live),
    "redis.exists": Trade(_exist),
    "redis.hget": Trade(_hash_get),
    "redis.hset": Trade(_hash_set, Effect.WRITES),
    "redis.hgetall": Trade(_hash_all),
    "redis.keys": Trade(_keys),
    "redis.publish": Trade(_publish, Effect.WRITES),
    "redis.command": Trade(_command, Effect.WRITES),
}
