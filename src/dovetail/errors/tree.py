"""The error tree; every room raises from here, the faces turn a member into a sentence and an exit code.

DovetailError
├── SuiteError              the suite is wrong                     exit 4
│   ├── UsageError          the command or an option is wrong      exit 4
│   └── NothingSelectedError  no check is left to run              exit 5
├── StageError              the environment failed                 exit 6
│   ├── NotReadyError       a service can never become ready
│   ├── StageLostError      what runs the services ended while it was needed
│   ├── UnreadError         what crossed an edge could not be read, so that its calls have no number
│   └── MissingPartError    a library or server is not installed
└── BrokenDovetailError     we are wrong                           exit 3
"""

from collections.abc import Sequence

from msgspec import Struct


class Problem(Struct, frozen=True):
    """One mistake: where it stands, what is wrong, what to do now."""

    what: str
    now: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    text: str = ""
    width: int = 1

    @property
    def spot(self) -> str:
        """The file, with the line and the column as far as they are known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)

    @property
    def headline(self) -> str:
        """Where and what on one line, without the evidence that may follow."""
        return f"{self.spot}: {self.what}".removeprefix(": ").partition("\n")[0]

    def __str__(self) -> str:
        rows = []
        if self.file:
            rows.append(self.spot)
        if self.text:
            margin = " " * len(str(self.line))
            rows.append(f"  {self.line} │ {self.text}")
            rows.append(f"  {margin} │ {' ' * (self.column - 1)}{'^' * max(1, self.width)}")
        rows.append(f"  {self.what}" if rows else self.what)
        if self.now:
            rows.append(f"  {self.now}" if self.file else self.now)
        return "\n".join(rows)


class DovetailError(Exception):
    """The root: carries the problems it reports and the exit code it ends a command with."""

    exit_code = 3

    def __init__(self, *problems: Problem | str) -> None:
        self.problems: Sequence[Problem] = tuple(Problem(p) if isinstance(p, str) else p for p in problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SuiteError(DovetailError):
    exit_code = 4


class UsageError(SuiteError):
    pass


class NothingSelectedError(SuiteError):
    exit_code = 5


class StageError(DovetailError):
    exit_code = 6


class NotReadyError(StageError):
    pass


class StageLostError(StageError):
    def __init__(self, *problems: Problem | str) -> None:
        what = "the environment ended while it was needed"
        now = "something killed it or its reaper, or `dovetail down` ended it: run again"
        super().__init__(*(problems or (Problem(what, now),)))


class UnreadError(StageError):
    pass


class MissingPartError(StageError):
    pass


class BrokenDovetailError(DovetailError):
    exit_code = 3
