"""The map for a terminal; called by `draw_map`."""

from collections.abc import Iterator, Sequence

from dovetail.map.criticality import criticality
from dovetail.map.impact import impact
from dovetail.map.point import Point, read_points
from dovetail.map.table import draw_table, fold
from dovetail.model.check import Check
from dovetail.model.graph import start_order
from dovetail.model.system import System

BAR = 10
HEADINGS = ("service", "other", "over", "about", "sla", "when broken", "owner")


def draw_text(system: System, checks: Sequence[Check], width: int) -> str:
    """Draw start order, integration points and criticality, no line longer than `width`."""
    lines = fold(f"{system.name} · {len(system.services)} services · {len(system.edges)} edges", width, "")
    for title, section in (
        ("start order", draw_order(system, width)),
        *((title, draw_points(title, points, width)) for title, points in tables(system, checks)),
        ("criticality", draw_criticality(system, checks, width)),
    ):
        drawn = list(section)
        if drawn:
            lines += ["", title, *drawn]
    return "\n".join(lines) + "\n"


def draw_order(system: System, width: int) -> Iterator[str]:
    for number, wave in enumerate(start_order(system), 1):
        yield from fold(f"{number}  {'  '.join(wave)}", width, "  ")


def tables(system: System, checks: Sequence[Check]) -> tuple[tuple[str, tuple[Point, ...]], ...]:
    points = read_points(system, checks)
    return (
        ("calls made", points.calls),
        ("endpoints offered", points.endpoints),
        ("events published", points.published),
        ("events consumed", points.consumed),
        ("data read and written", points.stores),
    )


def draw_points(title: str, points: Sequence[Point], width: int) -> list[str]:
    if not points:
        return []
    other = {"calls made": "calls", "data read and written": "uses"}.get(title, "through")
    headings = [other if heading == "other" else heading for heading in HEADINGS]
    rows = [
        (point.service, point.other, point.technology, point.subject, point.sla, point.when_broken, point.owner)
        for point in points
    ]
    return draw_table([headings, *rows], width)


def draw_criticality(system: System, checks: Sequence[Check], width: int) -> Iterator[str]:
    scores = criticality(system, checks)
    longest = max((len(name) for name in scores), default=0)
    for name, score in sorted(scores.items(), key=lambda scored: (-scored[1], scored[0])):
        bar = "█" * round(score * BAR)
        yield f"  {name.ljust(longest)}  {score:.2f}  {bar}".rstrip()[:width]
        yield from fold(str(impact(system, name)), width, "    ")
