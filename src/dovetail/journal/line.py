"""The format: one JSON line an event, `["check-ended", {…}]`, after a first line that names the format's version."""

from collections.abc import Mapping

import msgspec

from dovetail.errors import Problem, UsageError
from dovetail.model.event import EVENTS, Event

VERSION = 1
HEADER = b'["journal",{"version":%d}]\n' % VERSION
OPENINGS: Mapping[type[Event], bytes] = {kind: f'["{name}",'.encode() for name, kind in EVENTS.items()}

_encoder = msgspec.json.Encoder(enc_hook=str)
_outer = msgspec.json.Decoder(tuple[str, msgspec.Raw])
_inner: Mapping[str, msgspec.json.Decoder[Event]] = {name: msgspec.json.Decoder(kind) for name, kind in EVENTS.items()}


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
        name, body = _outer.decode(line)
        decoder = _inner.get(name)
        return name if decoder is None else decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as mistake:
        raise UnreadableLineError(str(mistake)) from mistake


def check_header(line: bytes, path: str) -> None:
    """Refuse what is no journal, and a journal of a newer format."""
    try:
        name, body = _outer.decode(line)
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
