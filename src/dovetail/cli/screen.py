"""The console of a run fitted to where it is shown: width, colour, repainting. Called by commands that show a run."""

import asyncio
import os
import time
from collections.abc import Mapping
from typing import TextIO

from dovetail.cli.width import count_columns
from dovetail.model.event import Event, RunEnded
from dovetail.report.console import Console
from dovetail.report.record import Recorder
from dovetail.report.terminal import NARROWEST, Style

TICK = 0.2


def make_console(
    stream: TextIO, environ: Mapping[str, str], recorder: Recorder, *, is_verbose: bool, may_color: bool
) -> Console:
    """Make a console that repaints only on a terminal and colours only where nobody asked it not to."""
    is_terminal = stream.isatty() and environ.get("TERM") != "dumb"
    has_color = may_color and not environ.get("NO_COLOR") and (is_terminal or bool(environ.get("FORCE_COLOR")))
    style = Style(max(NARROWEST, count_columns(stream, 100)), has_color)
    return Console(stream, recorder, style, is_live=is_terminal, is_verbose=is_verbose)


class Summary:
    """What `--quiet` shows: the verdict in one line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def hear(self, event: Event) -> None:
        if isinstance(event, RunEnded):
            causes = f"  {'; '.join(event.causes)}" if event.causes else ""
            self._stream.write(f"{event.verdict}{causes}\n")


async def keep_ticking(console: Console) -> None:
    """Let a live console move on while nothing happens."""
    while True:
        await asyncio.sleep(TICK)
        console.tick(time.time())


def show_path(path: os.PathLike[str]) -> str:
    """Write a path as seen from here, or whole where that is shorter."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(os.fspath(path)) else os.fspath(path)
