"""The command `dovetail`: finds the command that is meant and loads only its module. Called by the entry point."""

import gc
import os
import sys
from importlib import import_module

from dovetail.cli.command import COMMANDS, EXIT_CODES
from dovetail.cli.pipe import open_closed_streams, tell_unwritten, write_to_nobody
from dovetail.model.version import VERSION


def enter() -> None:
    """Run the command and leave at once: the system takes memory back faster than an interpreter takes it apart."""
    open_closed_streams()
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if not words or words[0] in {"-h", "--help", "help"}:
        return tell(write_help())
    if words[0] in {"-V", "--version"}:
        return tell(f"dovetail {VERSION}\n")
    return run_uncollected(words)


def run_uncollected(words: list[str]) -> int:
    """Run a command without searching for garbage what it loads and reads: all of it is needed until the end."""
    gc.disable()
    try:
        code: int = import_module("dovetail.cli.guard").run_command(words)
    finally:
        gc.enable()
    return code


def tell(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        write_to_nobody("stdout")
    except OSError as refused:
        return tell_unwritten(str(refused.strerror))
    return 0


def write_help() -> str:
    """Write the help of the whole command, from the table of commands."""
    width = max(len(name) for name, _, _ in COMMANDS)
    rows = "".join(f"  {name:<{width}}  {sentence}\n" for name, _, sentence in COMMANDS)
    codes = "".join(f"  {code}  {meaning}\n" for code, meaning in EXIT_CODES)
    return (
        "usage: dovetail COMMAND …\n\n"
        "Proves that the parts of a multi-service system work together.\n\n"
        f"commands\n{rows}\n"
        "  dovetail COMMAND --help   tells the options of one command\n"
        "  dovetail --version        tells the version\n\n"
        f"exit codes\n{codes}\n"
        "Every option has a variable (DOVETAIL_TIMEOUT) and a key under `defaults:` in dovetail.yaml;\n"
        "the command line wins over the variable, the variable over the file.\n"
    )
