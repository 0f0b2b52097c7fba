"""`dovetail restart|pause|resume|kill SERVICE`: does it to a service of what runs. Called by main."""

import sys

from dovetail.app.loop import run_async
from dovetail.app.project import find_folder
from dovetail.app.warm import steer_service
from dovetail.cli.arguments import make_parser


def main(words: list[str]) -> int:
    verb = words[0]
    parser = make_parser(verb)
    parser.add_argument("service", metavar="SERVICE", help="which service")
    parsed = parser.parse_args(words[1:])
    state = run_async(steer_service(str(find_folder(parsed.file)), parsed.service, verb))
    sys.stdout.write(f"{state.service} is {state.state}\n")
    return 0
