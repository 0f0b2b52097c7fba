"""`dovetail up`: starts the system and leaves it running. Called by main."""

import os
import sys

from dovetail.app.config import resolve
from dovetail.app.loop import run_async
from dovetail.app.options import BY_NAME
from dovetail.app.project import open_project
from dovetail.app.warm import bring_up
from dovetail.cli.arguments import add_options, make_parser, read_flags
from dovetail.cli.pipe import tell_aside
from dovetail.cli.ps import hide_passwords, write_stages
from dovetail.cli.width import fit
from dovetail.model.event import Event, ServiceChanged

OPTIONS = (BY_NAME["environment"], BY_NAME["direct"])


def main(words: list[str]) -> int:
    parser = make_parser("up")
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="only these and what they need; all by default")
    add_options(parser, OPTIONS)
    parsed = parser.parse_args(words[1:])
    project = open_project(parsed.file, os.environ)
    settings = resolve(read_flags(parsed, OPTIONS), os.environ, project.system.defaults, project.system.file)
    running = run_async(bring_up(project, settings, parsed.services, tell_change))
    write_stages([hide_passwords(running)], sys.stdout)
    return 0


def tell_change(event: Event) -> None:
    """Say what becomes of each service while it starts."""
    if isinstance(event, ServiceChanged) and event.state in {"ready", "done", "failed"}:
        took = f" in {event.ready_ms / 1000:.1f} s" if event.ready_ms else ""
        detail = f": {event.detail}" if event.detail and event.state == "failed" else ""
        tell_aside(fit(f"  {event.service} {event.state}{took}{detail}\n", sys.stderr))
