"""The kinds an expectation can name, `<uuid>` and the like, each with its test and its sentence; read by the judge."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from msgspec import Struct

from dovetail.check.case import ABSENT, Seen
from dovetail.check.equality import is_number
from dovetail.check.moment import is_day, is_instant

LONGEST_EMAIL = 320
HEX_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
EMAIL = r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*"
JWT = r"([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"


class Kind(Struct, frozen=True):
    """`holds` tells whether a value is of the kind."""

    name: str
    doc: str
    holds: Callable[[Seen], bool]


def _is_int(value: Seen) -> bool:
    """Take an exact number without a fraction for one too: databases answer sums so."""
    if isinstance(value, Decimal):
        return value.as_tuple().exponent == 0
    return isinstance(value, int) and not isinstance(value, bool)


def _is_uuid(value: Seen) -> bool:
    return isinstance(value, UUID) or (isinstance(value, str) and re.fullmatch(HEX_UUID, value) is not None)


def _is_email(value: Seen) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_EMAIL and re.fullmatch(EMAIL, value) is not None


def _is_url(value: Seen) -> bool:
    if not isinstance(value, str) or any(mark.isspace() for mark in value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc)


def _is_date(value: Seen) -> bool:
    if isinstance(value, str):
        return is_day(value)
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_datetime(value: Seen) -> bool:
    return isinstance(value, datetime) or (isinstance(value, str) and is_instant(value))


def _is_jwt(value: Seen) -> bool:
    found = re.fullmatch(JWT, value) if isinstance(value, str) else None
    if found is None:
        return False
    try:
        header = msgspec.json.decode(base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)))
    except ValueError:
        return False
    return isinstance(header, dict) and "alg" in header


def _is_base64(value: Seen) -> bool:
    if not isinstance(value, str) or not value:
        return False
    try:
        base64.b64decode(value, validate=True)
    except binascii.Error:
        return False
    return True


def _is_empty(value: Seen) -> bool:
    return isinstance(value, str | bytes | list | tuple | Mapping) and not value


KINDS: Mapping[str, Kind] = {
    f"<{kind.name}>": kind
    for kind in (
        Kind("any", "anything that is there, null too", lambda value: value is not ABSENT),
        Kind("string", "a text", lambda value: isinstance(value, str)),
        Kind("int", "a whole number", _is_int),
        Kind("number", "a number", is_number),
        Kind("bool", "true or false", lambda value: isinstance(value, bool)),
        Kind("uuid", "a UUID", _is_uuid),
        Kind("email", "an e-mail address", _is_email),
        Kind("url", "a URL with scheme and host", _is_url),
        Kind("date", "a calendar day such as 2026-01-31", _is_date),
        Kind("datetime", "a day and time as ISO 8601 writes it", _is_datetime),
        Kind("jwt", "a JSON Web Token", _is_jwt),
        Kind("base64", "a text in base64", _is_base64),
        Kind("absent", "not there at all", lambda value: value is ABSENT),
        Kind("null", "null", lambda value: value is None),
        Kind("empty", "an empty text, list or object", _is_empty),
    )
}
