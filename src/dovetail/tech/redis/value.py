"""Redis's words and replies and the plain data that steps and expectations are written in; pure. Used by verb."""

import json
from collections.abc import Mapping
from datetime import timedelta

from dovetail.errors import Problem, SuiteError
from dovetail.model.data import Bound, Data
from dovetail.tech.redis.resp import Refused, Reply

Word = str | bytes


def to_data(reply: Reply) -> Data:
    """Read a reply as plain data: bytes are text where they can be."""
    match reply:
        case bytes():
            try:
                return reply.decode()
            except UnicodeDecodeError:
                return reply
        case Refused():
            return {"code": reply.code, "message": reply.message}
        case dict():
            return {key: to_data(value) for key, value in reply.items()}
        case list():
            return [to_data(item) for item in reply]
    return reply


def to_map(reply: Reply) -> dict[str, Data]:
    """Read a hash, which the older protocol sends as a flat list."""
    if isinstance(reply, dict):
        return {key: to_data(value) for key, value in reply.items()}
    flat = reply if isinstance(reply, list) else []
    return {str(to_data(key)): to_data(value) for key, value in zip(flat[::2], flat[1::2], strict=True)}


def to_list(reply: Reply) -> list[Data]:
    return [to_data(item) for item in reply] if isinstance(reply, list) else []


def to_seconds(reply: Reply) -> float | None:
    """Read milliseconds to live; Redis says less than nothing for a key that never expires or is not there."""
    return reply / 1000 if isinstance(reply, int) and reply >= 0 else None


def read_json(value: Data) -> Data:
    """Return the data in a JSON text; None where it is none."""
    if not isinstance(value, str | bytes):
        return None
    try:
        data: Data = json.loads(value)
    except ValueError:
        return None
    return data


def to_word(value: "Data | Bound") -> Word:
    """Write a value as Redis keeps it: a map or list as JSON."""
    if isinstance(value, Bound):
        between = [str(each) for each in value.values]
        return "".join(text for pair in zip(value.parts, [*between, ""], strict=True) for text in pair)
    if isinstance(value, str | bytes):
        return value
    if isinstance(value, Mapping | list | tuple | bool) or value is None:
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)


def to_text(value: "Data | Bound") -> str:
    word = to_word(value)
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else word


def to_words(subject: "Data | Bound") -> list[Word]:
    """Take one word or a list of words."""
    return [to_word(word) for word in subject] if isinstance(subject, list | tuple) else [to_word(subject)]


def to_milliseconds(value: Data) -> int:
    if isinstance(value, timedelta):
        return round(value.total_seconds() * 1000)
    if isinstance(value, int | float):
        return round(value * 1000)
    raise SuiteError(Problem(f"ttl wants a duration such as 30s, got {value!r}"))
