"""Why a test failed, in one line: where in the user's own file, and what was said there. Called by `company`."""

from pathlib import Path

import pytest

from dovetail.report.text import on_one_line

LONGEST = 400


def tell_crash(crash: pytest.ExceptionInfo[BaseException], file: Path, folder: Path) -> str:
    """Return the innermost line of `file` that was passed, and the beginning of the message."""
    passed = [entry.lineno + 1 for entry in crash.traceback if Path(entry.path) == file]
    shown = file.relative_to(folder) if file.is_relative_to(folder) else file
    where = f"{shown}:{passed[-1]}: " if passed else ""
    return on_one_line(f"{where}{crash.exconly(tryshort=True)}", LONGEST)
