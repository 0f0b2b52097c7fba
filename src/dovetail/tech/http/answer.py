"""Turns what a server said into an Answer's facets; pure. Called by the driver."""

from contextlib import suppress
from decimal import Decimal

import msgspec

from dovetail.model.data import Data
from dovetail.plugin.driver import Answer
from dovetail.tech.http.client import NoReplyError
from dovetail.tech.http.header import Headers
from dovetail.tech.http.reply import Reply
from dovetail.tech.http.request import Request

SUMMARY = 200
_OPENINGS = (b"{", b"[", b'"')


def read_float(text: str) -> float | Decimal:
    """Read a number exactly: as a float where that holds it, else as a Decimal."""
    number = float(text)
    spelled = repr(number)
    if spelled == text:
        return number
    exact = Decimal(text)
    return number if Decimal(spelled) == exact else exact


_JSON = msgspec.json.Decoder(float_hook=read_float)


def make_answer(request: Request, reply: Reply) -> Answer:
    """Offer every facet that the answer has; `json` only where the body is JSON."""
    facets = _facets(reply)
    summary = f"{reply.status} {facets['body']!s}" if reply.body else str(reply.status)
    if len(summary) > SUMMARY:
        summary = summary[:SUMMARY] + "…"
    return Answer(facets, request.line, summary)


def make_refusal(request: Request, error: NoReplyError) -> Answer:
    """Say why no answer came, and offer what there was of one."""
    facets = _facets(error.reply) if error.reply is not None else {}
    facets["error"] = {"kind": error.kind, "message": str(error)}
    return Answer(facets, request.line, error=f"{error.kind}: {error}")


def _facets(reply: Reply) -> dict[str, Data]:
    kind = reply.headers.find("content-type")
    facets: dict[str, Data] = {"status": reply.status, "headers": reply.headers, "body": read_text(reply.body, kind)}
    if reply.body and ("json" in kind or reply.body.lstrip().startswith(_OPENINGS)):
        with suppress(msgspec.DecodeError):
            facets["json"] = _JSON.decode(reply.body)
    if reply.headers.cookies:
        facets["cookies"] = read_cookies(reply.headers)
    return facets


def read_text(body: bytes, kind: str) -> str | bytes:
    """Decode a body by the charset of its kind, UTF-8 unless it names one; bytes that are no text stay bytes."""
    charset = kind.partition("charset=")[2].partition(";")[0].strip("\"' ")
    try:
        return body.decode(charset or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return body


def read_cookies(headers: Headers) -> dict[str, Data]:
    """Return the cookies that are set, by name, without their attributes."""
    pairs = (cookie.partition(";")[0].partition("=") for cookie in headers.cookies)
    return {name.strip(): value.strip().strip('"') for name, _, value in pairs}
