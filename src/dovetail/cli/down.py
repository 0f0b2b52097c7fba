"""`dovetail down`: tears down what runs of this project, and proves it. Called by main."""

import sys

from dovetail.app.loop import run_async
from dovetail.app.project import find_folder
from dovetail.app.warm import tear_down
from dovetail.cli.arguments import make_parser
from dovetail.model.outcome import ExitCode


def main(words: list[str]) -> int:
    parsed = make_parser("down").parse_args(words[1:])
    ended = run_async(tear_down(str(find_folder(parsed.file))))
    code = ExitCode.PASSED
    for info, remains in ended:
        if remains:
            code = ExitCode.NOT_READY
            sys.stdout.write(f"{info.system} · {info.environment} left behind: {', '.join(remains)}\n")
        else:
            sys.stdout.write(f"{info.system} · {info.environment} is down, nothing is left\n")
    if not ended:
        sys.stdout.write("nothing was running\n")
    return code
