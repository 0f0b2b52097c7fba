"""Lines and words of the user's files, shown under a mistake or kept as written; called by the list of mistakes."""

import re
from pathlib import Path

from dovetail.model.data import Place

WORD = r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s,\[\]{}#][^\n]*?(?=:\s|:$|\s*[,\]}]|\s+\#|\s*$))"""
UNSHOWN = "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]"
WIDEST = 200


class Excerpts:
    """Reads each file once; a file that cannot be read any more has empty lines."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}

    def line(self, place: Place) -> str:
        """Return the line at `place` for showing; empty where it is too long to show."""
        text = re.sub(UNSHOWN, "\N{REPLACEMENT CHARACTER}", self._line(place).replace("\t", " "))
        return text if len(text) <= WIDEST else ""

    def token(self, place: Place) -> str:
        """Return the word that begins at `place` as it is written."""
        found = re.compile(WORD).match(self._line(place), place.column - 1)
        return found[1] if found else ""

    def _line(self, place: Place) -> str:
        lines = self._lines.get(place.file)
        if lines is None:
            lines = self._lines[place.file] = read_lines(place.file)
        return lines[place.line - 1] if 0 < place.line <= len(lines) else ""


def split_lines(text: str) -> list[str]:
    """Return the lines of `text` as editors count them."""
    return re.split("\r\n|\r|\n", text)


def place_after(before: str, file: str) -> Place:
    lines = split_lines(before)
    return Place(file, len(lines), len(lines[-1]) + 1)


def read_lines(file: str) -> list[str]:
    try:
        return split_lines(Path(file).read_bytes().decode("utf-8-sig", errors="replace"))
    except OSError:
        return []
