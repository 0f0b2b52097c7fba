"""What a command does when nobody reads on, as in `dovetail words | head -1`. Called by main and guard."""

import os
import sys

CLOSED_PIPE = 141


def write_to_nobody() -> None:
    """Send what is still to be written nowhere, so that nothing complains of it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
