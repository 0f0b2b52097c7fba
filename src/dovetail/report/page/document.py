"""Puts the HTML page together: template, style, scripts, map and data in one file. Called by `format`."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from dovetail.model.shelf import Shelf
from dovetail.report.fact import Record
from dovetail.report.page.drawing import ACROSS, DOWN, draw_map
from dovetail.report.page.view import LEVELS, view_run
from dovetail.report.text import escape, spell_count, spell_ms

MOST_BYTES = 12_000_000
PIECES_NEAR = 1_200
DATA = "data"
UNSAFE = (
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
)
SCRIPTS = (
    "theme.js",
    "dom.js",
    "decode.js",
    "overview.js",
    "difference.js",
    "detail.js",
    "timeline.js",
    "list.js",
    "start.js",
)


def render_page(record: Record) -> Iterator[bytes]:
    """Yield the page piece by piece; that of a large run is never held whole."""
    style = _read("page.css")
    script = '"use strict";\n(() => {\n' + "\n".join(_read(f"script/{name}") for name in SCRIPTS) + "\n})();\n"
    values = {
        "policy": f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'",
        "title": escape(" · ".join(filter(None, (record.verdict, record.system, record.environment)))),
        "summary": escape(_summary(record)),
        "style": style,
        "map": draw_map(record, ACROSS, "across") + draw_map(record, DOWN, "down"),
        "script": script,
    }
    head, *rest = _read("page.html").split("{{")
    yield head.encode()
    for piece in rest:
        name, _, text = piece.partition("}}")
        if name == DATA:
            yield from inline_json(record)
        else:
            yield values[name].encode("utf-8", "replace")
        yield text.encode()


def inline_json(record: Record) -> Iterator[bytes]:
    """Yield the richest view of the run that keeps the page small, safe inside a script element."""
    for piece in _fit(record):
        safe = piece
        for unsafe, spelled in UNSAFE:
            safe = safe.replace(unsafe, spelled)
        yield safe


def _fit(record: Record) -> Sequence[bytes]:
    """Return the pieces of the first view that is small enough, the last one of all where none is."""
    *levels, least = LEVELS
    for level in levels:
        pieces, size = Shelf[bytes](room=PIECES_NEAR), 0
        for piece in view_run(record, level):
            size += len(piece)
            if size > MOST_BYTES:
                break
            pieces.append(piece)
        else:
            return pieces
    return Shelf(view_run(record, least), PIECES_NEAR)


def _summary(record: Record) -> str:
    totals = record.totals
    return (
        f"{record.verdict}: {spell_count(totals.checks, 'check')} in {spell_ms(record.duration_ms)}, "
        f"{totals.passed} passed, {totals.failed} failed, {totals.flaky} flaky, {totals.inconclusive} inconclusive, "
        f"{totals.skipped} skipped. {'; '.join(record.causes)}"
    )


def _read(name: str) -> str:
    return Path(__file__).parent.joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
