"""Secrets made unreadable wherever an event speaks of them: plain, in base64, URL-encoded; called by the journal."""

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import TypeVar, cast
from urllib.parse import quote, quote_plus

import msgspec
from msgspec import Struct
from msgspec.structs import replace

MASKED = "***"
SHORTEST = 3

Value = TypeVar("Value")


class Mask:
    """Knows the secrets of one run; a secret of one or two characters stays, for it would blot out everything."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        forms = sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, forms))) if forms else None
        self._needles = tuple({msgspec.json.encode(form)[1:-1] for form in forms})

    def is_needed(self, line: bytes) -> bool:
        """Tell whether a line of JSON holds a secret; this is asked for every event, so it only searches bytes."""
        return bool(self._needles) and any(needle in line for needle in self._needles)

    def text(self, text: str) -> str:
        return text if self._pattern is None else self._pattern.sub(MASKED, text)

    def value(self, value: Value) -> Value:
        """Return a copy of a value (an event, whatever it holds) without secrets in its texts and keys."""
        return cast("Value", self._any(value))

    def _any(self, value: object) -> object:
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Struct):
            return replace(value, **{name: self._any(getattr(value, name)) for name in value.__struct_fields__})
        if isinstance(value, Mapping):
            return {self._any(key): self._any(item) for key, item in value.items()}
        if isinstance(value, tuple | list):
            return type(value)(self._any(item) for item in value)
        return value


def _forms(secret: str) -> Iterator[str]:
    """Yield what a secret may look like; base64 differs by what stands before it, so all three shifts are known."""
    if len(secret) < SHORTEST:
        return
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), quote(secret, safe=""))
    yield secret.encode("unicode_escape").decode()
    yield msgspec.json.encode(secret).decode()[1:-1]
    raw = secret.encode()
    yield b64encode(raw).decode()
    yield urlsafe_b64encode(raw).decode()
    for shift in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            part = _inner(encode(b"\0" * shift + raw).decode(), shift, len(raw))
            if len(part) >= SHORTEST:
                yield part


def _inner(encoded: str, shift: int, length: int) -> str:
    """Return the characters that depend on the secret alone, not on its neighbours."""
    start = -(-shift * 8 // 6)
    end = (shift + length) * 8 // 6
    return encoded[start:end]
