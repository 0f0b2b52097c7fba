"""Shows what services wrote where their words are commands: GitHub's runner obeys `##[…]` anywhere in a line.

Called by the commands that quote services.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO


def is_on_github(environ: Mapping[str, str]) -> bool:
    return environ.get("GITHUB_ACTIONS") == "true"


@contextmanager
def quoting(environ: Mapping[str, str], stream: TextIO) -> Iterator[None]:
    """Have the runner obey nothing that is shown meanwhile, until it hears a word that nobody can guess."""
    if not is_on_github(environ):
        yield
        return
    word = f"dovetail-{os.urandom(8).hex()}"
    stream.write(f"::stop-commands::{word}\n")
    stream.flush()
    try:
        yield
    finally:
        stream.write(f"::{word}::\n")
        stream.flush()
