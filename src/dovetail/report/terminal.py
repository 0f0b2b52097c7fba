"""A text stream that never breaks a run: closed pipes, narrow encodings, colour, width. Written to by `console`."""

import unicodedata
from typing import TextIO

from msgspec import Struct

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36"}
_PLAIN = str.maketrans(
    {
        "✓": "+",
        "✗": "x",
        "≈": "~",
        "─": "-",
        "│": "|",
        "·": "-",
        "→": "->",
        "…": "...",
        "–": "-",
        "▸": ">",
    }
)
_GLYPHS = "✓✗≈─│·→…–▸"
NARROWEST = 30
UNBROKEN = "\N{NO-BREAK SPACE}"
LEAST_GAP = 2
LEAST_RULE = 2


class Style(Struct, frozen=True):
    """How wide lines may be and whether they may be coloured."""

    width: int
    has_color: bool

    def paint(self, text: str, *looks: str) -> str:
        if not self.has_color or not text:
            return text
        return f"\x1b[{';'.join(_CODES[look] for look in looks)}m{text}\x1b[0m"


class Terminal:
    """Writes lines; once the reader is gone it stays silent."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self._has_glyphs = self._can_say(_GLYPHS)
        self._is_gone = False

    def say(self, *lines: str) -> None:
        self.put("".join(f"{line}\n" for line in lines))

    def put(self, text: str) -> None:
        if self._is_gone or not text:
            return
        if not self._has_glyphs:
            text = text.translate(_PLAIN)
        if not text.isascii() and not self._can_say(text):
            text = text.encode(self._encoding, "replace").decode(self._encoding)
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._is_gone = True

    def _can_say(self, text: str) -> bool:
        try:
            text.encode(self._encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True


def width_of(text: str) -> int:
    """Count the columns of `text`, which has no colour codes."""
    if text.isascii():
        return len(text)
    return sum(_width(letter) for letter in text)


def _width(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in {"Cf", "Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def shorten(text: str, width: int) -> str:
    """Cut `text` to `width` columns, with an ellipsis where something is lost."""
    if width_of(text) <= width:
        return text
    kept, used = [], 1
    for letter in text:
        used += _width(letter)
        if used > width:
            break
        kept.append(letter)
    return "".join(kept) + "…"


def fold(text: str, width: int, first: int = 0) -> list[str]:
    """Break `text` into lines of `width` columns, the first of `first` where given; only too long words are cut."""
    rows: list[str] = []
    row = ""
    room = first or width
    for word in text.split(" "):
        rest = word
        while width_of(joined := f"{row} {rest}" if row else rest) > room:
            if row.strip() or (not rows and room < width):
                rows.append(row.rstrip())
            else:
                head = _head(rest, room)
                rows.append(head)
                rest = rest[len(head) :]
            row, room = "", width
        row = joined
    return [*rows, row] if row or not rows else rows


def _head(text: str, width: int) -> str:
    used = 0
    for index, letter in enumerate(text):
        used += _width(letter)
        if used > width and index:
            return text[:index]
    return text


def spread(left: str, right: str, style: Style, *looks: str) -> list[str]:
    """Put `left` and `right` at both ends of one line, or on two where they do not fit."""
    gap = style.width - width_of(left) - width_of(right)
    if right and gap >= LEAST_GAP:
        return [style.paint(left, *looks) + " " * gap + style.paint(right, "dim")]
    rows = [style.paint(row, *looks) for row in fold(left, style.width)]
    return [*rows, style.paint(f"  {right}", "dim")] if right else rows


def rule(title: str, text: str, style: Style, look: str) -> list[str]:
    """Draw a line from `title` to `text`, or put them under each other where they do not fit."""
    room = style.width - width_of(title) - width_of(text) - 2
    name = style.paint(title, "bold")
    if room < LEAST_RULE:
        return [name, *(style.paint(row, look or "dim") for row in hang("  ", text, style.width))]
    return [f"{name} {style.paint('─' * room, 'dim')} {style.paint(text, look) if look else text}"]


def hang(lead: str, text: str, width: int) -> list[str]:
    """Fold `text` behind `lead`; where little room is left the rest starts under it, four columns in."""
    indent = width_of(lead)
    if width - indent < width // 3:
        indent = min(indent, len(lead) - len(lead.lstrip()) + 2)
    first, *rest = fold(text, width - indent, max(1, width - width_of(lead)))
    return [(lead + first).rstrip(), *(" " * indent + row for row in rest)]
