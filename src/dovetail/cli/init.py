"""`dovetail init`: writes a first dovetail.yaml and a first check for this folder. Called by main."""

import sys
from pathlib import Path

from dovetail.app.beginning import begin, write_beginning
from dovetail.app.parts import build_registry
from dovetail.cli.arguments import SENTENCES, Parser


def main(words: list[str]) -> int:
    parser = Parser(prog="dovetail init", description=SENTENCES["init"], allow_abbrev=False)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="FOLDER", help="where (here)")
    parsed = parser.parse_args(words[1:])
    beginning = begin(parsed.folder, build_registry().sheets)
    write_beginning(beginning)
    for path in beginning.files:
        sys.stdout.write(f"wrote {path}\n")
    for line in beginning.left:
        sys.stdout.write(f"fill in  {line}\n")
    sys.stdout.write("next  dovetail run\n")
    return 0
