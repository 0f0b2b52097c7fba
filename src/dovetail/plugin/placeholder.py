"""Fill `{{ name }}` in what a service is started with. Called by the environment and by launchers.

Values of a run, with paths and filters, are another matter: see `check`.
"""

import re
from collections.abc import Mapping

from dovetail.errors import Problem, SuiteError
from dovetail.errors.nearest import nearest
from dovetail.model.data import NOWHERE, Place
from dovetail.model.placeholder import PLACEHOLDER


def fill(text: str, values: Mapping[str, str], place: Place = NOWHERE) -> str:
    """Return `text` with each placeholder replaced; an unknown name is an error with the nearest one."""

    def value_of(found: re.Match[str]) -> str:
        name = found.group(1)
        if name in values:
            return values[name]
        near = nearest(name, values)
        hint = f"did you mean {{{{ {near} }}}}?" if near else f"known here: {', '.join(sorted(values))}"
        raise SuiteError(Problem(f"nothing is named {{{{ {name} }}}} here", hint, place.file, place.line))

    return re.sub(PLACEHOLDER, value_of, text)


def tighten(text: str) -> str:
    """Return `text` with no spaces inside its placeholders, so that it can be split into words."""
    return re.sub(PLACEHOLDER, lambda found: f"{{{{{found.group(1)}}}}}", text)
