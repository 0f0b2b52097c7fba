"""What a crowd says over its connections and how it is answered, as drivers do; used by `bench.edge` and its ends.

The first word of a talk's name is the technology whose tap listens.
"""

import struct
from dataclasses import dataclass

BODY = b'{"id": 1, "status": "pending", "total": 19.98}'
ORDERS = range(100, 200)


@dataclass(frozen=True, slots=True)
class Talk:
    """What is asked in turn over a connection, and how each is answered; some questions may open it."""

    asks: tuple[bytes, ...]
    answer: bytes
    opening: tuple[tuple[bytes, bytes], ...] = ()


def _message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def _column(name: bytes, of_type: int) -> bytes:
    return name + b"\0" + struct.pack("!IHIhIH", 16384, 1, of_type, -1, 0, 0)


def _value(text: bytes) -> bytes:
    return struct.pack("!I", len(text)) + text


def _command(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


def _texts(*words: bytes) -> bytes:
    return b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


SELECT = b"select id, status, total from orders where id = "
COLUMNS = struct.pack("!H", 3) + _column(b"id", 23) + _column(b"status", 25) + _column(b"total", 1700)
ROW = struct.pack("!H", 3) + _value(b"100") + _value(b"pending") + _value(b"19.98")
ENTERING = (
    _message(b"", struct.pack("!I", 196608) + b"user\0orders\0database\0orders\0\0"),
    _message(b"R", struct.pack("!I", 0)) + _message(b"Z", b"I"),
)
PREPARING = (
    _message(b"P", b"S_1\0" + SELECT + b"$1\0" + struct.pack("!HI", 1, 23))
    + _message(b"D", b"SS_1\0")
    + _message(b"S"),
    _message(b"1") + _message(b"t", struct.pack("!HI", 1, 23)) + _message(b"T", COLUMNS) + _message(b"Z", b"I"),
)
HASH = _texts(b"id", b"100", b"status", b"pending", b"total", b"19.98", b"owner", b"team-checkout", b"version", b"7")


def _bind(order: int) -> bytes:
    """Run the prepared statement as pgjdbc, pgx and psycopg do, in one piece."""
    values = struct.pack("!HHH", 1, 0, 1) + _value(b"%d" % order) + struct.pack("!H", 0)
    return (
        _message(b"B", b"\0S_1\0" + values)
        + _message(b"D", b"P\0")
        + _message(b"E", b"\0" + struct.pack("!I", 0))
        + _message(b"S")
    )


def _pipeline(order: int) -> bytes:
    """Ask ten things of one order at once, as a service does that fills and reads its cache."""
    name = b"order:%d" % order
    return (
        _command(b"GET", name)
        + _command(b"HGETALL", b"fields:" + name)
        + _command(b"MGET", b"price:1", b"price:2", b"price:3")
        + _command(b"SET", b"seen:" + name, b"1763647888", b"EX", b"60")
        + _command(b"INCR", b"views:" + name)
        + _command(b"HSET", b"fields:" + name, b"status", b"pending", b"version", b"7")
        + _command(b"EXPIRE", b"fields:" + name, b"3600")
        + _command(b"SADD", b"open", name)
        + _command(b"ZADD", b"by-time", b"1763647888", name)
        + _command(b"LPUSH", b"recent", name)
    )


PIPELINE_ANSWER = (
    _texts(BODY)
    + b"*10\r\n"
    + HASH
    + b"*3\r\n"
    + _texts(b"19.98", b"7.50", b"100.00")
    + b"+OK\r\n:7\r\n:0\r\n:1\r\n:0\r\n:0\r\n:12\r\n"
)
PING = Talk((bytes(200),), bytes(200))
TALKS = {
    "http": Talk(
        tuple(
            b"GET /orders/%d HTTP/1.1\r\nHost: orders\r\nUser-Agent: bench\r\nAccept: application/json\r\n\r\n" % order
            for order in ORDERS
        ),
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY),
    ),
    "postgres": Talk(
        tuple(_message(b"Q", SELECT + b"%d\0" % order) for order in ORDERS),
        _message(b"T", COLUMNS) + _message(b"D", ROW) + _message(b"C", b"SELECT 1\0") + _message(b"Z", b"I"),
        (ENTERING,),
    ),
    "postgres prepared": Talk(
        tuple(_bind(order) for order in ORDERS),
        _message(b"2")
        + _message(b"T", COLUMNS)
        + _message(b"D", ROW)
        + _message(b"C", b"SELECT 1\0")
        + _message(b"Z", b"I"),
        (ENTERING, PREPARING),
    ),
    "redis": Talk(tuple(_command(b"GET", b"order:%d" % order) for order in ORDERS), _texts(BODY)),
    "redis hashes": Talk(
        tuple(_command(b"HGETALL", b"fields:order:%d" % order) for order in ORDERS),
        b"%5\r\n" + HASH,
        ((_command(b"HELLO", b"3"), b"%1\r\n" + _texts(b"server", b"redis")),),
    ),
    "redis pipeline": Talk(tuple(_pipeline(order) for order in ORDERS), PIPELINE_ANSWER),
}
