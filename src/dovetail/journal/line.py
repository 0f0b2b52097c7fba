"""The format: one JSON line an event, `["check-ended", {…}]`, after a first line that names the format's version."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from dovetail.errors import Problem, UsageError
from dovetail.model.event import EVENTS, Event

VERSION = 1
HEADER = b'["journal",{"version":%d}]\n' % VERSION
OPENINGS: Mapping[type[Event], bytes] = {kind: f'["{name}",'.encode() for name, kind in EVENTS.items()}
LATEST = 253_402_214_400

LINE = tuple[str, msgspec.Raw]

_encoder = msgspec.json.Encoder(enc_hook=str)


class UnreadableLineError(ValueError):
    """A line that is no event: torn, or written by something else."""


def write_line(event: Event) -> bytes:
    """Return the event's line, its newline included."""
    try:
        body = _encoder.encode(event)
    except UnicodeEncodeError:
        body = _encoder.encode(_without_surrogates(msgspec.to_builtins(event, enc_hook=str)))
    return b"%b%b]\n" % (OPENINGS[type(event)], body)


def read_line(line: bytes) -> Event | str:
    """Return the event, or the name of one that this version does not know."""
    try:
        name, body = _decoder_of(LINE).decode(line)
        event: Event | str = _decoder_of(EVENTS[name]).decode(body) if name in EVENTS else name
    except (msgspec.DecodeError, UnicodeDecodeError) as mistake:
        raise UnreadableLineError(str(mistake)) from mistake
    if not isinstance(event, str) and not 0 <= event.at < LATEST:
        raise UnreadableLineError(f"{event.at} is no time")
    return event


@cache
def _decoder_of(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    """Make the decoder of a kind of event; a run only writes, so none is made before the first is read."""
    return msgspec.json.Decoder(kind)


def check_header(line: bytes, path: str) -> None:
    """Refuse what is no journal, and a journal of a newer format."""
    try:
        name, body = _decoder_of(LINE).decode(line)
        version = msgspec.json.decode(body, type=dict[str, int])["version"]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError):
        name, version = "", 0
    if name != "journal":
        raise UsageError(Problem("this is no journal of Dovetail", "hand it a run's journal.jsonl", path))
    if version > VERSION:
        what = f"this journal has format {version}, written by a newer Dovetail; this one reads up to {VERSION}"
        raise UsageError(Problem(what, "update Dovetail: pip install -U dovetail", path))


def _without_surrogates(value: object) -> object:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_surrogates(item) for item in value]
    return value
