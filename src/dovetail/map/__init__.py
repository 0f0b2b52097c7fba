"""The map of a system, handed on."""

from dovetail.map.criticality import criticality
from dovetail.map.drawing import draw_map
from dovetail.map.impact import Impact, impact
from dovetail.map.point import Point, Points, read_points

__all__ = ["Impact", "Point", "Points", "criticality", "draw_map", "impact", "read_points"]
