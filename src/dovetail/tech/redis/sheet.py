"""The fact sheet of Redis and Valkey, read by the registry."""

from dovetail.model.vocabulary import Verb, Word
from dovetail.plugin.sheet import Sheet

KEY = Word("key", "string", "the key", is_required=True)
ERROR = Word("error", "map", "a refusal: kind, code (such as WRONGTYPE), message")
EXISTS = Word("exists", "bool", "whether the key is there")
VALUE = Word("value", "any", "what is stored; null where there is nothing")
JSON = Word("json", "any", "the value read as JSON; null where it is none")
TTL = Word("ttl", "number", "seconds left to live; null where it never expires or is not there")
COUNT = Word("count", "number", "how many keys or members were touched or found")

GET = Verb(
    name="redis.get",
    subject=KEY,
    doc="Read a key of any type: text, or a map (hash), a list (list, sorted set's members), a sorted list (set).",
    facets=(VALUE, JSON, TTL, EXISTS, Word("type", "string", "string hash list set zset stream none"), ERROR),
    example="redis.get: price:A-1\nexpect: {json: {cents: 999}, ttl: {at_most: 60}}",
)
SET = Verb(
    name="redis.set",
    subject=KEY,
    doc="Store a value; a map or list is stored as JSON.",
    fields=(
        Word("value", "any", "what to store", is_required=True),
        Word("ttl", "duration", "how long it lives"),
        Word(
            "only", "string", "Store only where the key is new, or only where it is there", choices=("new", "existing")
        ),
    ),
    facets=(Word("stored", "bool", "whether it was stored"), ERROR),
    example="redis.set: price:A-1\nvalue: {cents: 999}\nttl: 60s",
)
DELETE = Verb(
    name="redis.del",
    subject=Word("keys", "any", "one key or a list of keys", is_required=True),
    doc="Delete keys.",
    facets=(COUNT, ERROR),
    example="redis.del: price:A-1\nexpect: {count: 1}",
)
INCREMENT = Verb(
    name="redis.incr",
    subject=KEY,
    doc="Add to a number atomically.",
    fields=(Word("by", "number", "how much; 1 by default"),),
    facets=(VALUE, ERROR),
    example="redis.incr: visits\nexpect: {value: {at_least: 1}}",
)
EXPIRE = Verb(
    name="redis.expire",
    subject=KEY,
    doc="Give a key a time to live.",
    fields=(Word("ttl", "duration", "how long it lives", is_required=True),),
    facets=(EXISTS, ERROR),
    example="redis.expire: price:A-1\nttl: 1m",
)
TIME_TO_LIVE = Verb(
    name="redis.ttl",
    subject=KEY,
    doc="Read how long a key still lives.",
    facets=(TTL, EXISTS, ERROR),
    example="redis.ttl: price:A-1\nexpect: {ttl: {between: [50, 60]}}",
)
EXIST = Verb(
    name="redis.exists",
    subject=Word("keys", "any", "one key or a list of keys", is_required=True),
    doc="Ask whether keys are there.",
    facets=(EXISTS, COUNT, ERROR),
    example="redis.exists: [price:A-1, price:A-2]\nexpect: {exists: true}",
)
HASH_GET = Verb(
    name="redis.hget",
    subject=KEY,
    doc="Read one field of a hash.",
    fields=(Word("field", "string", "the field", is_required=True),),
    facets=(VALUE, JSON, EXISTS, ERROR),
    example="redis.hget: user:1\nfield: name\nexpect: {value: Ann}",
)
HASH_SET = Verb(
    name="redis.hset",
    subject=KEY,
    doc="Set fields of a hash.",
    fields=(Word("values", "map", "field to value", is_required=True),),
    facets=(COUNT, ERROR),
    example="redis.hset: user:1\nvalues: {name: Ann, age: 41}",
)
HASH_ALL = Verb(
    name="redis.hgetall",
    subject=KEY,
    doc="Read a whole hash.",
    facets=(VALUE, EXISTS, ERROR),
    example="redis.hgetall: user:1\nexpect: {value: {name: Ann}}",
)
KEYS = Verb(
    name="redis.keys",
    subject=Word("pattern", "string", "a glob such as session:*", is_required=True),
    doc="List the keys that match a pattern, sorted.",
    facets=(Word("keys", "list", "the keys"), COUNT, ERROR),
    example="redis.keys: session:*\nexpect: {count: 0}",
)
PUBLISH = Verb(
    name="redis.publish",
    subject=Word("channel", "string", "the channel", is_required=True),
    doc="Publish a message; a map or list is sent as JSON.",
    fields=(Word("value", "any", "the message", is_required=True),),
    facets=(Word("receivers", "number", "how many subscribers got it"), ERROR),
    example="redis.publish: prices\nvalue: {sku: A-1, cents: 999}",
)
SUBSCRIBE = Verb(
    name="redis.subscribe",
    subject=Word("channel", "string", "a channel, or a pattern where it holds * ? or [", is_required=True),
    doc="Wait for a message published since the check began.",
    facets=(VALUE, JSON, Word("channel", "string", "where it was published"), ERROR),
    waits="stream",
    example="redis.subscribe: orders.*\nexpect: {json: {status: created}}\nwithin: 5s",
)
COMMAND = Verb(
    name="redis.command",
    aliases=("redis",),
    subject=Word(
        "command",
        "any",
        "A list of words; or one line, split like a shell's once its values are filled in",
        is_required=True,
    ),
    doc="Send any command.",
    facets=(VALUE, JSON, ERROR),
    example="redis: [LRANGE, queue, 0, -1]\nexpect: {value: [first, second]}",
)

SHEET = Sheet(
    name="redis",
    aliases=("valkey",),
    scheme="redis",
    port=6379,
    verbs=(
        GET,
        SET,
        DELETE,
        INCREMENT,
        EXPIRE,
        TIME_TO_LIVE,
        EXIST,
        HASH_GET,
        HASH_SET,
        HASH_ALL,
        KEYS,
        PUBLISH,
        SUBSCRIBE,
        COMMAND,
    ),
    parts=frozenset({"launcher", "prober", "driver", "preparer", "sandbox", "tap"}),
    extra="embedded",
    setup=(".redis",),
)
