"""`dovetail run`: plays the checks of the project it stands in. Called by main."""

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from dovetail.app.description import tell_plan
from dovetail.app.loop import run_async
from dovetail.app.options import RUN_OPTIONS
from dovetail.app.preparation import Preparation, RunRequest, prepare_run
from dovetail.app.session import RunResult, Session
from dovetail.cli.arguments import Parser, add_options, make_parser, read_flags
from dovetail.cli.guard import say
from dovetail.cli.pipe import let_go
from dovetail.cli.quoting import is_on_github, quoting
from dovetail.cli.screen import Summary, keep_ticking, make_console, show_path
from dovetail.cli.width import fit
from dovetail.errors import DovetailError
from dovetail.report.console import Console
from dovetail.report.record import Recorder

GITHUB = "dovetail.cli.github"
EPILOG = """\
WORD is a scope (api, database …), a file or folder of checks, or `all`. Several add up; one that holds no check ends
with 5. -t, -k and --failed narrow what they select.
Exit codes: 0 passed · 1 failed · 2 interrupted · 3 Dovetail broke · 4 wrong suite or option · 5 nothing selected
            6 environment not ready · 9 inconclusive or flaky
"""


def build_parser() -> Parser:
    parser = make_parser("run", EPILOG)
    parser.add_argument("words", nargs="*", metavar="WORD", help="what to run: scopes, files, folders; all by default")
    add_options(parser, RUN_OPTIONS)
    parser.add_argument("--dry-run", action="store_true", help="print what would be done, and start nothing")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="also show checks that passed")
    parser.add_argument("-q", "--quiet", action="store_true", help="show nothing but the last lines")
    parser.add_argument("--no-color", action="store_true", help="no colours; NO_COLOR does the same")
    return parser


def main(words: list[str]) -> int:
    parsed = build_parser().parse_args(words[1:])
    flags = read_flags(parsed, RUN_OPTIONS)
    try:
        preparation = prepare_run(RunRequest(parsed.file, os.environ, flags, tuple(parsed.words)))
    except DovetailError as mistake:
        annotations = flags.get("annotations") or os.environ.get("DOVETAIL_ANNOTATIONS") or "auto"
        if is_told_to_github(str(annotations), os.environ):
            import_module(GITHUB).tell_problems(mistake.problems, os.environ, sys.stdout)
        raise
    if parsed.dry_run:
        told = "".join(f"{line}\n" for line in tell_plan(preparation))
        sys.stdout.write(fit(told, sys.stdout))
        return 0
    return show_run(preparation, parsed)


def show_run(preparation: Preparation, parsed: Namespace) -> int:
    """Play a prepared run on the screen."""
    recorder, is_verbose = Recorder(), bool(parsed.verbose)
    console = make_console(sys.stdout, os.environ, recorder, is_verbose=is_verbose, may_color=not parsed.no_color)
    hear = Summary(sys.stdout).hear if parsed.quiet else console.hear
    with quoting(os.environ, sys.stdout):
        result = run_async(play_ticking(Session(preparation, recorder, (hear,)), console))
        if not parsed.quiet:
            console.tell_reports(Path(show_path(path)) for path in result.reports)
        if result.trouble:
            say(result.trouble)
    let_go("stdout")
    if is_told_to_github(preparation.settings.text("annotations"), os.environ):
        folder = preparation.project.folder
        trouble = import_module(GITHUB).tell_github(recorder.record(), folder, os.environ, sys.stdout)
        if trouble:
            say(trouble)
    return int(result.exit_code)


def is_told_to_github(annotations: str, environ: Mapping[str, str]) -> bool:
    """Tell whether the run is annotated: where it was asked for, or by itself on GitHub Actions."""
    return annotations == "github" or (annotations == "auto" and is_on_github(environ))


async def play_ticking(session: Session, console: Console) -> RunResult:
    ticking = asyncio.create_task(keep_ticking(console), name="the console ticks")
    try:
        return await session.run()
    finally:
        ticking.cancel()
