"""What is printed of a project without running it: its map, and the schema of its language. Called by the cli."""

from collections.abc import Mapping

from dovetail.app.parts import build_registry, build_vocabulary
from dovetail.app.project import Project
from dovetail.map.drawing import draw_map
from dovetail.model.data import Data
from dovetail.source.schema import editor_schema


def draw_project(project: Project, form: str, width: int) -> str:
    """Draw the system with what its checks tell of it."""
    return draw_map(project.system, form, width, project.read_checks().checks)


def describe_language(kind: str) -> Mapping[str, Data]:
    """Return the JSON Schema of dovetail.yaml (`system`) or of check files (`checks`)."""
    return editor_schema(build_vocabulary(build_registry()), kind)
