"""`dovetail ps`: lists the services of running environments. Called by main; `up` shows its result the same way."""

import json
import sys
import time
from collections.abc import Iterable
from typing import TextIO

from msgspec.structs import replace

from dovetail.app.loop import run_async
from dovetail.app.project import find_folder
from dovetail.app.warm import RunningStage, list_running
from dovetail.cli.arguments import make_parser
from dovetail.cli.table import draw_table, pack
from dovetail.cli.width import columns_of
from dovetail.report.text import hide_password

HEAD = ("service", "state", "technology", "pid", "since", "restarts", "address")


def main(words: list[str]) -> int:
    parser = make_parser("ps")
    parser.add_argument("-a", "--all", action="store_true", help="those of all projects of this user")
    parser.add_argument("--passwords", action="store_true", help="show the passwords in addresses")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (text)")
    parsed = parser.parse_args(words[1:])
    folder = "" if parsed.all else str(find_folder(parsed.file))
    stages = run_async(list_running(folder))
    if not parsed.passwords:
        stages = tuple(hide_passwords(stage) for stage in stages)
    if parsed.format == "json":
        sys.stdout.write(json.dumps([describe(stage) for stage in stages], indent=2) + "\n")
    elif stages:
        write_stages(stages, sys.stdout)
    else:
        sys.stdout.write("nothing is running\nstart it: dovetail up\n")
    return 0


def hide_passwords(stage: RunningStage) -> RunningStage:
    """Return the stage without the passwords in its addresses, as reports show them."""
    return replace(stage, states=tuple(replace(state, door=hide_password(state.door)) for state in stage.states))


def describe(stage: RunningStage) -> dict[str, object]:
    info = stage.info
    return {
        "stage": info.id,
        "system": info.system,
        "folder": info.folder,
        "environment": info.environment,
        "is_kept": info.is_kept,
        "started_at": info.started_at,
        "services": [
            {
                "service": state.service,
                "technology": state.technology,
                "state": state.state,
                "pid": state.pid,
                "address": state.door,
                "since": state.since,
                "restarts": state.restarts,
            }
            for state in stage.states
        ],
    }


def write_stages(stages: Iterable[RunningStage], stream: TextIO) -> None:
    """Write one table for each stage."""
    now = time.time()
    for stage in stages:
        info = stage.info
        kept = "kept" if info.is_kept else "of a run"
        title = (info.system, info.environment, kept, f"up {spell_age(now - info.started_at)}", info.folder)
        rows = [HEAD]
        rows += [
            (
                state.service,
                state.state,
                state.technology,
                str(state.pid or "–"),
                spell_age(now - state.since) if state.since else "–",
                str(state.restarts),
                state.door or "–",
            )
            for state in stage.states
        ]
        width = columns_of(stream)
        stream.write("".join(f"{line}\n" for line in (*pack(title, width), *draw_table(rows, width, "  "))))


def spell_age(seconds: float) -> str:
    """Write how long ago something was, in its largest unit."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"
