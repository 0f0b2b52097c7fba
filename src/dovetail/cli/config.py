"""`dovetail config`: prints every option, its value and where it came from. Called by main."""

import json
import os
import sys

from dovetail.app.config import Settings, resolve, speak
from dovetail.app.options import RUN_OPTIONS
from dovetail.app.project import open_project
from dovetail.cli.arguments import add_options, make_parser, read_flags
from dovetail.cli.table import draw_table
from dovetail.cli.width import columns_of


def main(words: list[str]) -> int:
    parser = make_parser("config")
    add_options(parser, RUN_OPTIONS)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (text)")
    parsed = parser.parse_args(words[1:])
    system = open_project(parsed.file, os.environ).system
    settings = resolve(read_flags(parsed, RUN_OPTIONS), os.environ, system.defaults, system.file)
    width = columns_of(sys.stdout)
    sys.stdout.write(write_json(settings) if parsed.format == "json" else write_text(settings, system.file, width))
    return 0


def write_text(settings: Settings, file: str, width: int | None) -> str:
    rows = [(name, speak(setting.value) or "–", setting.origin) for name, setting in settings.by_name.items()]
    return "\n".join([f"file  {os.path.relpath(file)}", *draw_table(rows, width), ""])


def write_json(settings: Settings) -> str:
    values = {
        name: {"value": setting.value, "origin": setting.origin, "variable": setting.option.variable}
        for name, setting in settings.by_name.items()
    }
    return json.dumps(values, indent=2) + "\n"
