"""Sentences fitted to a terminal: folded under their own indent, a user's line cut around its mark. Called by commands.

What goes into a file or a pipe stays as it is.
"""

import os
import re
from itertools import pairwise
from typing import TextIO

from dovetail.report.terminal import NARROWEST, fold, shorten, width_of

EXCERPT = r"( *\d+ │ )(.*)"
MARK = r"( *│ )( *)(\^+)"
CUT = "…"


def fit(text: str, stream: TextIO) -> str:
    """Return `text` as it should be written to `stream`."""
    width = columns_of(stream)
    return text if width is None else "\n".join(fit_rows(text.split("\n"), width))


def columns_of(stream: TextIO) -> int | None:
    """Return how many columns lines may have; None where nobody looks at them on a terminal."""
    return max(NARROWEST, count_columns(stream, 80)) if stream.isatty() else None


def count_columns(stream: TextIO, otherwise: int) -> int:
    """Return how wide the terminal behind `stream` is, as the user says it or as it says itself."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(stream.fileno()).columns or otherwise
    except OSError:
        return otherwise


def fit_rows(rows: list[str], width: int) -> list[str]:
    fitted: list[str] = []
    for row, below in pairwise([*rows, ""]):
        excerpt, mark, is_mark = re.fullmatch(EXCERPT, row), re.fullmatch(MARK, below), re.fullmatch(MARK, row)
        if excerpt and mark and width_of(row) > width:
            fitted += cut_excerpt(excerpt, mark, width)
        elif excerpt:
            fitted += [row, below] if mark else [shorten(row, width)]
        elif not is_mark:
            fitted += fold_row(row, width)
    return fitted


def fold_row(row: str, width: int) -> list[str]:
    """Fold a row; what is folded stands under its beginning."""
    if width_of(row) <= width:
        return [row]
    indent = row[: len(row) - len(row.lstrip())][: width // 3]
    return [indent + piece for piece in fold(row.strip(), width - len(indent))]


def cut_excerpt(excerpt: "re.Match[str]", mark: "re.Match[str]", width: int) -> list[str]:
    """Show of a long line the part around its mark."""
    lead, line, column = excerpt[1], excerpt[2], len(mark[2])
    room = width - len(lead)
    start = max(0, min(column - room // 3, len(line) - room))
    piece = shorten(CUT + line[start + 1 :] if start else line, room)
    length = max(1, min(len(mark[3]), room - (column - start)))
    return [lead + piece, f"{mark[1]}{' ' * (column - start)}{'^' * length}"]
