"""Where in a test's own file something was said; called by every word a test can say."""

import sys
from pathlib import Path

from dovetail.model.data import Place

PACKAGE = str(Path(__file__).parents[2])


def caller_place() -> Place:
    """Return the line of the nearest caller outside this package."""
    frame = sys._getframe(1)  # noqa: SLF001 - the only way to a caller's line that costs nothing
    while frame.f_back is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno)
