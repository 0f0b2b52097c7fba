"""`dovetail down`: tears down what runs of this project, and proves it. Called by main."""

import sys

from dovetail.app.loop import run_async
from dovetail.app.project import find_folder
from dovetail.app.warm import tear_down
from dovetail.cli.arguments import make_parser
from dovetail.cli.width import fit
from dovetail.model.outcome import ExitCode


def main(words: list[str]) -> int:
    parsed = make_parser("down").parse_args(words[1:])
    ended = run_async(tear_down(str(find_folder(parsed.file))))
    code = ExitCode.PASSED
    for info, remains in ended:
        if remains:
            code = ExitCode.NOT_READY
            told = f"left behind: {', '.join(remains)}"
        else:
            told = "is down, nothing is left"
        sys.stdout.write(fit(f"{info.system} · {info.environment} {told}\n", sys.stdout))
    if not ended:
        sys.stdout.write("nothing was running\n")
    return code
