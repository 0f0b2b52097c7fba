"""Rows of words fitted into a width; called by the map as text."""

from collections.abc import Sequence
from textwrap import wrap

GAP = 2
INDENT = "  "


def draw_table(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Align `rows` under their first, the headings; where they are too wide, stack each under its first word."""
    used = [column for column in range(len(rows[0])) if any(row[column] for row in rows[1:])]
    widths = [max(len(row[column]) for row in rows) for column in used]
    if len(INDENT) + sum(widths) + GAP * (len(used) - 1) <= width:
        return [
            (
                INDENT + (" " * GAP).join(row[column].ljust(size) for column, size in zip(used, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
    lines: list[str] = []
    for row in rows[1:]:
        filled = [(rows[0][column], row[column]) for column in used if row[column]]
        lines += fold(filled[0][1], width, INDENT)
        for heading, cell in filled[1:]:
            lines += fold(f"{heading} {cell}", width, INDENT * 2)
    return lines


def fold(text: str, width: int, indent: str) -> list[str]:
    """Break `text` between words into lines of at most `width`; what goes on stands further in."""
    return wrap(
        text,
        max(width, len(indent) + GAP + 8),
        initial_indent=indent,
        subsequent_indent=indent + " " * GAP,
        break_on_hyphens=False,
    )
