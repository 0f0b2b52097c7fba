"""Runs one command's module and turns whatever ends it into a sentence and an exit code. Loaded by main."""

import os
import sys
from importlib import import_module

from dovetail.cli.command import OWN_COMMANDS
from dovetail.cli.pipe import CLOSED_PIPE, tell_aside, tell_unwritten, why_unwritten, write_to_nobody
from dovetail.errors import DovetailError
from dovetail.errors.nearest import nearest
from dovetail.model.outcome import ExitCode


def run_command(words: list[str]) -> int:
    """Run the command that `words` begin with; whatever it raises becomes a sentence and an exit code."""
    module = OWN_COMMANDS.get(words[0])
    if module is None:
        return tell_unknown(words[0])
    try:
        code: int = import_module(f"dovetail.cli.{module}").main(words)
        sys.stdout.flush()
    except DovetailError as failure:
        say("\n".join(str(problem) for problem in failure.problems))
        return failure.exit_code
    except KeyboardInterrupt:
        say("interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        write_to_nobody("stdout")
        return CLOSED_PIPE
    except Exception as mistake:  # noqa: BLE001 - the last door: a mistake of ours is told as ours
        why = why_unwritten(mistake)
        return tell_unwritten(why) if why else tell_broken(mistake)
    return code


def tell_unknown(word: str) -> int:
    """Say that there is no such command, and which is meant."""
    near = nearest(word, OWN_COMMANDS)
    now = f"did you mean `dovetail {near}`?" if near else "all commands: dovetail --help"
    say(f"there is no command {word!r}\n{now}")
    return ExitCode.USAGE


def tell_broken(mistake: Exception) -> int:
    """Say that we are wrong, and where the traceback is."""
    said, story = f"Dovetail itself broke: {type(mistake).__name__}: {mistake}", ""
    try:
        from tempfile import mkstemp
        from traceback import format_exception

        story = "".join(format_exception(mistake))
        handle, name = mkstemp(prefix="dovetail-broke-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(story)
        say(f"{said}\nthe traceback is in {name}; please report it with the command that led here")
    except OSError:
        say(f"{story}{said}")
    return ExitCode.BROKEN_DOVETAIL


def say(text: str) -> None:
    """Write a sentence to the terminal, as wide as it is."""
    from dovetail.cli.width import fit

    tell_aside(f"{fit(text, sys.stderr)}\n")
