"""The row every bench returns and the table they are printed as; called by every bench and by `bench.run`."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: `ratio` is ours / peer, to be `at_most` or `at_least` the floor (and, better, the aim).

    Without a peer, `ours` alone is held against the bounds. `missing` says why a figure could not be had,
    `broken` that the bench itself failed.
    """

    name: str
    ours: float | None
    peer: float | None = None
    unit: str = ""
    peer_name: str = ""
    at_most: float | None = None
    at_least: float | None = None
    aim: float | None = None
    missing: str = ""
    broken: str = ""

    @property
    def ratio(self) -> float | None:
        if self.ours is None:
            return None
        if not self.peer_name:
            return self.ours
        return self.ours / self.peer if self.peer else None

    @property
    def is_met(self) -> bool | None:
        """Whether the floor holds; None where it was not measured or none is set."""
        if self.broken:
            return False
        if self.ratio is None or (self.at_most is None and self.at_least is None):
            return None
        is_low_enough = self.at_most is None or self.ratio <= self.at_most
        return is_low_enough and (self.at_least is None or self.ratio >= self.at_least)

    @property
    def floor(self) -> str:
        bounds = (("≤", self.at_most), ("≥", self.at_least))
        return " ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)


HEADINGS = ("", "ours", "peer", "ratio", "floor", "aim", "")
MARKS = {True: "met", False: "MISSED", None: "–"}


def render(rows: Iterable[Row]) -> str:
    """Return the rows as one aligned table."""
    lines = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in {0, 6} else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def present(rows: tuple[Row, ...]) -> None:
    """Print the table of one bench run alone, and end with 1 where a floor is missed."""
    print(render(rows))
    sys.exit(1 if any(row.is_met is False for row in rows) else 0)


def _cells(row: Row) -> tuple[str, ...]:
    peer = (
        f"{row.peer_name} {_number(row.peer)}{_unit(row)}" if row.peer_name and row.peer is not None else row.peer_name
    )
    ours = f"{_number(row.ours)}{_unit(row)}" if row.ours is not None else "–"
    ratio = f"{row.ratio:.2f}×" if row.peer_name and row.ratio is not None else "–"
    aim = f"{row.aim:g}" if row.aim is not None else ""
    return row.name, ours, peer or "–", ratio, row.floor, aim, row.broken or row.missing or MARKS[row.is_met]


def _unit(row: Row) -> str:
    return f" {row.unit}" if row.unit else ""


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
