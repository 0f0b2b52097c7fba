"""Rows of cells for a terminal: in columns where they fit, else folded under their first cell. Called by commands."""

from collections.abc import Sequence

from dovetail.report.terminal import hang, width_of

BETWEEN = " · "


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
    told = [cell for cell in rest if cell]
    return [*(hang(indent, first, width) if first else ()), *(pack(told, width, f"{indent}  ") if told else ())]


def pack(cells: Sequence[str], width: int | None, indent: str = "") -> list[str]:
    """Put cells beside each other, on as many lines as they need; only one that is wider than a line is broken."""
    if width is None:
        return [indent + BETWEEN.join(cells)]
    rows: list[str] = []
    for cell in cells:
        joined = f"{rows[-1]}{BETWEEN}{cell}" if rows else indent + cell
        if rows and width_of(joined) > width:
            rows.append(indent + cell)
        else:
            rows[-1:] = [joined]
    return [piece for row in rows for piece in hang(indent, row.removeprefix(indent), width)]
