"""Where in a test's own file something was said; called by every word a test can say."""

import os
import sys
from pathlib import Path

from dovetail.model.data import Place

PACKAGE = f"{Path(__file__).parents[2]}{os.sep}"


def caller_place() -> Place:
    """Return the line of the nearest caller outside this package, its file seen from where we are."""
    frame = sys._getframe(1)  # noqa: SLF001 - the only way to a caller's line that costs nothing
    while frame.f_back is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    file = Path(frame.f_code.co_filename)
    shown = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    return Place(str(shown), frame.f_lineno)
