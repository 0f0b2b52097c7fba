"""Why a test failed, in one line: where in the user's own file, and what was said there. Called by `company`."""

from pathlib import Path

import pytest

from dovetail.errors import DovetailError
from dovetail.report.text import on_one_line

LONGEST = 400


def tell_crash(crash: pytest.ExceptionInfo[BaseException], file: Path, folder: Path) -> str:
    """Return the innermost line of `file` that was passed, and the beginning of the message."""
    passed = [entry.lineno + 1 for entry in crash.traceback if Path(entry.path) == file]
    shown = file.relative_to(folder) if file.is_relative_to(folder) else file
    where = f"{shown}:{passed[-1]}: " if passed else ""
    return on_one_line(f"{where}{_say(crash)}", LONGEST)


def _say(crash: pytest.ExceptionInfo[BaseException]) -> str:
    error = crash.value
    if isinstance(error, pytest.FixtureLookupError):
        return f"there is no fixture {error.argname!r}; that of the environment has the system's name, or `environment`"
    if isinstance(error, DovetailError):
        return "; ".join(f"{problem.what} {problem.now}" for problem in error.problems)
    return crash.exconly(tryshort=True)
