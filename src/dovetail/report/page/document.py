"""Puts the HTML page together: template, style, scripts, map and data in one file. Called by `format`."""

import base64
import hashlib
from pathlib import Path

import msgspec

from dovetail.report.fact import Record
from dovetail.report.page.drawing import ACROSS, DOWN, draw_map
from dovetail.report.page.view import LEVELS, view_run
from dovetail.report.text import escape, spell_count, spell_ms

MOST_BYTES = 12_000_000
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


def render_page(record: Record) -> bytes:
    style = _read("page.css")
    script = '"use strict";\n(() => {\n' + "\n".join(_read(f"script/{name}") for name in SCRIPTS) + "\n})();\n"
    values = {
        "policy": f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'",
        "title": escape(" · ".join(filter(None, (record.verdict, record.system, record.environment)))),
        "summary": escape(_summary(record)),
        "style": style,
        "map": draw_map(record, ACROSS, "across") + draw_map(record, DOWN, "down"),
        "data": inline_json(record),
        "script": script,
    }
    head, *rest = _read("page.html").split("{{")
    parts = [head]
    for piece in rest:
        name, _, text = piece.partition("}}")
        parts += [values[name], text]
    return "".join(parts).encode("utf-8", "replace")


def inline_json(record: Record) -> str:
    """Return the richest view of the run that keeps the page small, safe inside a script element."""
    text = b""
    for level in LEVELS:
        text = msgspec.json.encode(view_run(record, level))
        if len(text) <= MOST_BYTES:
            break
    safe = text.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")
    return safe.decode().replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


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
