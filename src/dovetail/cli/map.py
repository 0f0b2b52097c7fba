"""`dovetail map`: draws the system as text, Mermaid or JSON. Called by main."""

import os
import sys

from dovetail.app.picture import draw_project
from dovetail.app.project import open_project
from dovetail.cli.arguments import make_parser
from dovetail.cli.width import count_columns


def main(words: list[str]) -> int:
    parser = make_parser("map")
    parser.add_argument("--format", choices=("text", "mermaid", "json"), default="text", help="how to draw (text)")
    parsed = parser.parse_args(words[1:])
    width = count_columns(sys.stdout, 100)
    drawn = draw_project(open_project(parsed.file, os.environ), parsed.format, width)
    sys.stdout.write(drawn.rstrip("\n") + "\n")
    return 0
