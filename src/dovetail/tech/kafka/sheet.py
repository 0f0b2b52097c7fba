"""The fact sheet of Kafka, read by the registry: its words and the sockets it fills."""

from dovetail.model.vocabulary import Verb, Word
from dovetail.plugin.sheet import Sheet

ERROR = Word("error", "map", "why no answer came: kind, message, code")

MESSAGE = (
    Word("value", "any", "the message's value: JSON where it parses, else its text"),
    Word("raw", "string", "the value as text (bytes where it is not UTF-8)"),
    Word("key", "string", "the message's key (bytes where it is not UTF-8)"),
    Word("headers", "map", "the message's headers; of a repeated one the last"),
    Word("partition", "int", "where the message lies"),
    Word("offset", "int", "its place in the partition"),
    Word("timestamp", "any", "when the message was made, by its producer's clock"),
    Word("topic", "string", "the topic it was read from"),
    ERROR,
)

PUBLISH = Verb(
    "kafka.publish",
    Word("topic", "string", "the topic to publish to", is_required=True),
    "Publish one message and wait until the broker has it.",
    fields=(
        Word("value", "any", "a text or bytes as they are, anything else as JSON; nothing is a tombstone"),
        Word("key", "any", "the message's key; messages of one key keep their order"),
        Word("headers", "map", "the message's headers; traceparent is added unless it is given"),
        Word("partition", "int", "publish to this partition instead of the key's"),
    ),
    facets=(
        Word("topic", "string", "the topic it was published to"),
        Word("partition", "int", "the partition it went to"),
        Word("offset", "int", "the place it got there"),
        ERROR,
    ),
    example="kafka.publish: orders.created\nkey: o-1\nvalue: {orderId: o-1}",
)

CONSUME = Verb(
    "kafka.consume",
    Word("topic", "string", "the topic to read", is_required=True),
    "Read messages committed since the check began until one meets the expectations.",
    fields=(
        Word("key", "any", "pass over messages that have another key"),
        Word(
            "from",
            "string",
            "check (default): what came since the check began; start: all there is; end: what comes from now on",
            choices=("check", "start", "end"),
        ),
    ),
    facets=MESSAGE,
    waits="stream",
    example="kafka.consume: orders.created\nexpect: {value: {orderId: o-1}}\nwithin: 5s",
)

MESSAGES = Verb(
    "kafka.messages",
    Word("topic", "string", "the topic to read", is_required=True),
    "Read all messages committed since the check began, to count them or to see their order.",
    fields=(
        *CONSUME.fields,
        Word("quiet", "duration", "answer only once no further message has come for this long"),
    ),
    waits="stream",
    facets=(
        Word("count", "int", "how many there are"),
        Word("messages", "list", "each with value, key, headers, partition, offset; in the order of their timestamps"),
        Word("values", "list", "their values alone"),
        ERROR,
    ),
    example="kafka.messages: orders.created\nquiet: 200ms\nexpect: {count: 1}",
)

LAG = Verb(
    "kafka.lag",
    Word("group", "string", "the consumer group", is_required=True),
    "Tell how far a consumer group is behind the ends of its topics.",
    fields=(Word("topic", "string", "count this topic alone"),),
    facets=(
        Word("lag", "int", "messages not yet committed, over all partitions"),
        Word("partitions", "list", "each with topic, partition, committed, end, lag"),
        ERROR,
    ),
    example="kafka.lag: notifications\nexpect: {lag: 0}\nwithin: 5s",
)

TOPICS = Verb(
    "kafka.topics",
    Word("pattern", "string", "names to list, with * and ? as wildcards", is_required=True),
    "List topics and their partitions.",
    facets=(
        Word("names", "list", "the topics' names in order"),
        Word("partitions", "map", "how many partitions each has, by name"),
        ERROR,
    ),
    example='kafka.topics: "orders.*"\nexpect: {names: [orders.created]}',
)

SHEET = Sheet(
    name="kafka",
    form="endpoint",
    port=9092,
    verbs=(PUBLISH, CONSUME, MESSAGES, LAG, TOPICS),
    settings=(Word("num.partitions", "int", "how many partitions the topics have that Dovetail creates (1)"),),
    parts=frozenset({"launcher", "prober", "preparer", "driver", "tap"}),
    extra="kafka",
    has_topics=True,
)
