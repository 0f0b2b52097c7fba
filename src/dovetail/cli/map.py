"""`dovetail map`: draws the system as text, Mermaid or JSON. Called by main."""

import os
import shutil
import sys

from dovetail.app.project import open_project
from dovetail.cli.arguments import make_parser
from dovetail.map.drawing import draw_map


def main(words: list[str]) -> int:
    parser = make_parser("map")
    parser.add_argument("--format", choices=("text", "mermaid", "json"), default="text", help="how to draw (text)")
    parsed = parser.parse_args(words[1:])
    project = open_project(parsed.file, os.environ)
    checks = project.read_checks().checks
    width = shutil.get_terminal_size((100, 24)).columns
    sys.stdout.write(draw_map(project.system, parsed.format, width, checks).rstrip("\n") + "\n")
    return 0
