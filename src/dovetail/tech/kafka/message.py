"""How a step's values become a message and a message becomes an answer's facets. Called by the driver."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from dovetail.model.data import Data
from dovetail.tech.kafka.cursor import Message

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = 200


def write_value(value: Data) -> bytes | None:
    """Write text and bytes as they are, nothing as nothing, all else as JSON."""
    if value is None or isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else msgspec.json.encode(value)


def write_headers(headers: Mapping[str, Data], trace: str) -> tuple[tuple[str, bytes | None], ...]:
    """Write the headers and, unless they name one, the check's trace."""
    written = tuple((name, write_value(value)) for name, value in headers.items())
    if not trace or "traceparent" in headers:
        return written
    return (*written, ("traceparent", f"00-{trace}-{trace[:16]}-01".encode()))


def read_text(data: bytes | None) -> "str | bytes | None":
    """Read text where it is UTF-8."""
    try:
        return None if data is None else data.decode()
    except UnicodeDecodeError:
        return data


def read_value(data: bytes | None) -> Data:
    """Read JSON where it parses, else text, else bytes."""
    if data is None:
        return None
    try:
        parsed: Data = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return read_text(data)
    return parsed


def describe(message: Message) -> dict[str, Data]:
    """Return what `expect` and `save` may look at."""
    record = message.record
    return {
        "value": read_value(record.value),
        "raw": read_text(record.value),
        "key": read_text(record.key),
        "headers": {name: read_text(value) for name, value in record.headers},
        "partition": message.partition,
        "offset": record.offset,
        "timestamp": _EPOCH + timedelta(milliseconds=record.timestamp),
        "topic": message.topic,
    }


def sum_up(message: Message) -> str:
    """Tell a message in one line."""
    key = f" key {show(message.record.key)}" if message.record.key is not None else ""
    return f"{message.topic}[{message.partition}] offset {message.record.offset}{key} {show(message.record.value)}"


def show(value: bytes | None) -> str:
    """Show a value in one line of bearable length."""
    if value is None:
        return "(no value)"
    text = value[: _SHOWN * 4].decode("utf-8", "replace").replace("\n", " ")
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
