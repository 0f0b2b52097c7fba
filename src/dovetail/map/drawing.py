"""The map in the form that was asked for; called by `dovetail map`."""

from collections.abc import Sequence

from dovetail.errors import Problem, UsageError
from dovetail.errors.nearest import suggest
from dovetail.map.document import draw_json
from dovetail.map.mermaid import draw_mermaid
from dovetail.map.text import draw_text
from dovetail.model.check import Check
from dovetail.model.system import System

FORMS = ("text", "mermaid", "json")


def draw_map(system: System, form: str = "text", width: int = 80, checks: Sequence[Check] = ()) -> str:
    """Draw `system` as text of at most `width` columns, as Mermaid or as JSON; checks tell more endpoints."""
    match form:
        case "text":
            return draw_text(system, checks, width)
        case "mermaid":
            return draw_mermaid(system)
        case "json":
            return draw_json(system, checks)
        case _:
            raise UsageError(Problem(f"the map has no form `{form}`", suggest(form, FORMS)))
