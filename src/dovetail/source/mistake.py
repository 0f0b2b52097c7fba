"""All mistakes of the files being read, gathered so that a user sees them together; every reader adds to one list."""

from collections.abc import Iterator

from dovetail.errors import Problem, SuiteError
from dovetail.model.data import Place
from dovetail.source.excerpt import Excerpts

SHOWN = 20
LONGEST = 500


class Mistakes:
    """Grows while files are read; `raise_all` ends the reading if there was one."""

    def __init__(self) -> None:
        self.excerpts = Excerpts()
        self._problems: dict[tuple[str, int, int, str], Problem] = {}

    def __len__(self) -> int:
        return len(self._problems)

    def __iter__(self) -> Iterator[Problem]:
        return (self._problems[key] for key in sorted(self._problems))

    def add(self, place: Place, what: str, now: str = "") -> None:
        """Put a mistake under the line at `place`."""
        what = what if len(what) <= LONGEST else f"{what[: LONGEST - 1]}…"
        text = self.excerpts.line(place)
        width = len(self.excerpts.token(place)) if text else 1
        self.adopt(Problem(what, now, place.file, place.line, place.column, text, max(1, width)))

    def adopt(self, *problems: Problem) -> None:
        """Take over what another reading found."""
        for problem in problems:
            self._problems.setdefault((problem.file, problem.line, problem.column, problem.what), problem)

    def raise_all(self) -> None:
        if not self._problems:
            return
        problems = list(self)
        hidden = len(problems) - SHOWN
        if hidden > 0:
            problems[SHOWN:] = [Problem(f"and {hidden} more mistake{'s' if hidden > 1 else ''}", "mend these first")]
        raise SuiteError(*problems)
