"""Rows of cells for a terminal: in columns where they fit, else folded under their first cell. Called by commands."""

from collections.abc import Sequence

from dovetail.report.terminal import hang, width_of


def draw_table(rows: Sequence[Sequence[str]], width: int | None, indent: str = "") -> list[str]:
    """Lay out rows of one length in `width` columns, or in as many as they need."""
    wide = [max(width_of(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        indent + "  ".join(cell + " " * (room - width_of(cell)) for cell, room in zip(row, wide, strict=True)).rstrip()
        for row in rows
    ]
    if width is None or all(width_of(line) <= width for line in lines):
        return lines
    return [line for row in rows for line in fold_row(row, width, indent)]


def fold_row(row: Sequence[str], width: int, indent: str) -> list[str]:
    first, *rest = row
    told = " · ".join(cell for cell in rest if cell)
    return [*(hang(indent, first, width) if first else ()), *(hang(f"{indent}  ", told, width) if told else ())]
