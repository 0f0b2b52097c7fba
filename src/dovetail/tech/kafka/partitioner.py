"""Which partition a message goes to, as Java's clients choose it. Called when a step publishes."""

from collections.abc import Iterator

from dovetail.errors import Problem, SuiteError
from dovetail.model.data import Data
from dovetail.tech.kafka.request import Topic

_SEED = 0x9747B28C
_FACTOR = 0x5BD1E995
_WORD = 0xFFFFFFFF


def choose_partition(topic: Topic, wanted: Data, key: bytes | None, turns: Iterator[int]) -> int:
    """Take the wanted one, else the key's, else the next in turn."""
    number = len(topic.partitions)
    if wanted is None:
        return (hash_key(key) & 0x7FFFFFFF if key is not None else next(turns)) % number
    if isinstance(wanted, int) and 0 <= wanted < number:
        return wanted
    raise SuiteError(Problem(f"{topic.name} has no partition {wanted}", f"its partitions are 0 to {number - 1}"))


def hash_key(key: bytes) -> int:
    """Hash with murmur2, so that a key lands where Java's clients put it."""
    value = _SEED ^ len(key)
    whole = len(key) & ~3
    for at in range(0, whole, 4):
        word = int.from_bytes(key[at : at + 4], "little") * _FACTOR & _WORD
        word = (word ^ (word >> 24)) * _FACTOR & _WORD
        value = (value * _FACTOR & _WORD) ^ word
    if whole < len(key):
        value = (value ^ int.from_bytes(key[whole:], "little")) * _FACTOR & _WORD
    value = (value ^ (value >> 13)) * _FACTOR & _WORD
    return value ^ (value >> 15)
