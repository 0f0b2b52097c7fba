"""`dovetail clean`: removes what interrupted runs left behind, and with --runs what runs are kept. Called by main."""

import sys

from dovetail.app.history import History
from dovetail.app.project import find_folder
from dovetail.app.warm import clean_up
from dovetail.cli.arguments import make_parser


def main(words: list[str]) -> int:
    parser = make_parser("clean")
    parser.add_argument("--runs", action="store_true", help="also forget all runs of this project")
    parsed = parser.parse_args(words[1:])
    removed = list(clean_up())
    if parsed.runs:
        removed += History(str(find_folder(parsed.file))).forget()
    sys.stdout.write("".join(f"removed {what}\n" for what in removed) or "nothing was left behind\n")
    return 0
