"""Regular expressions of users, each search bounded in time; called by the rule `match`."""

from typing import TYPE_CHECKING

from dovetail.errors import Problem, SuiteError

if TYPE_CHECKING:
    import regex

LONGEST_TEXT = 10_000_000
SECONDS = 1.0


def compile_pattern(pattern: str) -> "regex.Pattern[str]":
    """Read a pattern; the library is loaded here, for most suites never name one."""
    import regex  # noqa: PLC0415 - 11 ms that only a suite with `match` pays

    try:
        return regex.compile(pattern)
    except regex.error as mistake:
        raise SuiteError(
            Problem(f"{pattern!r} is no regular expression: {mistake}", "escape special marks with a backslash")
        ) from mistake


def find(pattern: str, text: str) -> bool:
    """Tell whether the pattern is found; a search of more than a second is refused instead of hanging the run."""
    try:
        return compile_pattern(pattern).search(text[:LONGEST_TEXT], timeout=SECONDS) is not None
    except TimeoutError as slow:
        raise SuiteError(
            Problem(
                f"the pattern {pattern} takes more than {SECONDS:g} s on a text of {len(text)} characters",
                "write it without a repetition inside a repetition, such as (a+)+",
            )
        ) from slow
