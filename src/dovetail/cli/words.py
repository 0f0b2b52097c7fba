"""`dovetail words`: prints what verbs, faults and expectations there are. Called by main."""

import sys

from dovetail.app.reference import list_words, tell_word
from dovetail.cli.arguments import make_parser
from dovetail.cli.width import fit


def main(words: list[str]) -> int:
    parser = make_parser("words")
    help_ = "a verb, a fault, a rule or a kind: http, redis.set, latency, near, <uuid>; all of them by default"
    parser.add_argument("word", nargs="?", default="", help=help_)
    word: str = parser.parse_args(words[1:]).word
    sys.stdout.write(fit(tell_word(word) if word else list_words(), sys.stdout) + "\n")
    return 0
