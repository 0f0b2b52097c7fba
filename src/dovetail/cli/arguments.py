"""Turns the table of options into a parser of one command's words. Called by the commands' modules."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from dovetail.app.config import speak
from dovetail.app.options import Option
from dovetail.cli.command import COMMANDS
from dovetail.cli.width import count_columns
from dovetail.errors import Problem, UsageError
from dovetail.errors.nearest import nearest
from dovetail.model.data import Data

Flags = dict[str, Data]
SENTENCES = {name: sentence for name, _, sentence in COMMANDS}


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Knows its width from the start: each option added makes one, and asking for the width is slow there."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=count_columns(sys.stdout, 80) - 2)

    if sys.version_info < (3, 13):

        def _format_action_invocation(self, action: argparse.Action) -> str:
            """Name the value once, behind both spellings of its flag, as later versions of Python do."""
            if not action.option_strings or action.nargs == 0:
                return super()._format_action_invocation(action)
            value = self._format_args(action, self._get_default_metavar_for_optional(action))
            return f"{', '.join(action.option_strings)} {value}"


class Parser(argparse.ArgumentParser):
    """Says what is wrong as every other mistake is said, with the nearest flag."""

    def error(self, message: str) -> NoReturn:
        unknown = message.partition("unrecognized arguments: ")[2].split()
        near = nearest(unknown[0], self._option_string_actions) if unknown else ""
        now = f"did you mean {near}?" if near else f"see {self.prog} --help"
        raise UsageError(Problem(f"{self.prog}: {message}", now))


def make_parser(command: str, epilog: str = "", file_flags: tuple[str, ...] = ("-f", "--file")) -> Parser:
    """Make the parser of a command, with the options that all commands know."""
    parser = Parser(
        prog=f"dovetail {command}",
        description=SENTENCES[command],
        epilog=epilog,
        allow_abbrev=False,
        formatter_class=Formatter,
    )
    help_ = "dovetail.yaml, or a folder at or below it"
    parser.add_argument(*file_flags, type=Path, default=Path(), metavar="PATH", help=help_)
    return parser


def add_options(parser: argparse.ArgumentParser, options: Iterable[Option]) -> None:
    """Add options of the table; a flag that is not given stays None, so that variable and file can speak."""
    for option in options:
        names = (f"-{option.short}", option.flag) if option.short else (option.flag,)
        if option.kind == "bool":
            parser.add_argument(
                *names, dest=option.name, action=argparse.BooleanOptionalAction, default=None, help=option.doc
            )
            continue
        default = f" ({speak(option.default)})" if speak(option.default) else ""
        parser.add_argument(*names, dest=option.name, metavar=option.metavar, help=f"{option.doc}{default}")


def read_flags(parsed: argparse.Namespace, options: Iterable[Option]) -> Flags:
    """Return the options that were given on the command line."""
    written = vars(parsed)
    return {option.name: written[option.name] for option in options if written.get(option.name) is not None}
