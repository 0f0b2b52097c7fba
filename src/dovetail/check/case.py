"""One expectation on trial: what was evaluated, what did not hold and where; handed through all rules by the judge."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NoReturn, TypeAlias

from msgspec import Struct

from dovetail.check.display import show_pair
from dovetail.check.route import show_route
from dovetail.errors import Problem, SuiteError
from dovetail.model.data import NOWHERE, Data, Path, locate
from dovetail.model.outcome import Mismatch


class Absent(Enum):
    ABSENT = "absent"

    def __str__(self) -> str:
        return "absent"


ABSENT = Absent.ABSENT

# The built-in first: an abstract class is slow to ask.
OBJECT = (dict, Mapping)
Seen: TypeAlias = "Data | Absent"

# A chain of (where we came from, key in the answer, key in what was written); a tuple, for it is made at every step.
Spot: TypeAlias = "tuple[Spot, str | int | None, str | int | None] | None"
Weigh: TypeAlias = "Callable[[Case, Data, Seen, Spot], None]"


class Judgement(Struct, frozen=True):
    """What came of an expectation; nothing is proven where `evaluated` is 0."""

    evaluated: int
    mismatches: tuple[Mismatch, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.mismatches


class Miss(Struct, frozen=True):
    spot: Spot
    expected: Seen
    got: Seen
    why: str


class Case:
    """Collects while the judge walks; `weigh` is the judge's own step, for rules that hold expectations.

    While `is_whole`, objects may have no other keys than those written.
    """

    __slots__ = ("answer", "evaluated", "is_whole", "misses", "origin", "start", "weigh")

    def __init__(self, weigh: Weigh, answer: Seen, origin: Data, start: Path) -> None:
        self.weigh = weigh
        self.answer = answer
        self.origin = origin
        self.start = start
        self.is_whole = False
        self.evaluated = 0
        self.misses: list[Miss] = []

    def miss(self, spot: Spot, expected: Seen, got: Seen, why: str = "") -> None:
        self.misses.append(Miss(spot, expected, got, why))

    def settle(self, spot: Spot, expected: Seen, got: Seen, *, holds: bool) -> None:
        """Count one evaluated expectation and note it where it does not hold."""
        self.evaluated += 1
        if not holds:
            self.miss(spot, expected, got)

    def try_out(self, expected: Data, actual: Seen, spot: Spot) -> "Case":
        """Weigh on the side, without consequence for this case."""
        trial = Case(self.weigh, self.answer, self.origin, self.start)
        trial.is_whole = self.is_whole
        self.weigh(trial, expected, actual, spot)
        return trial

    def refuse(self, spot: Spot, what: str, now: str = "") -> NoReturn:
        """Tell that the expectation itself is written wrong."""
        place = locate(self.origin, written_path(spot)) or NOWHERE
        raise SuiteError(Problem(what, now, place.file, place.line, place.column))

    def judgement(self) -> Judgement:
        if not self.misses:
            return Judgement(self.evaluated)
        return Judgement(self.evaluated, tuple(self._mismatch(miss) for miss in self.misses))

    def _mismatch(self, miss: Miss) -> Mismatch:
        expected, got, where = show_pair(miss.expected, miss.got)
        place = locate(self.origin, written_path(miss.spot)) or NOWHERE
        path = show_route(self.start + answer_path(miss.spot))
        return Mismatch(path, expected, got, miss.why or where, place)


def answer_path(spot: Spot) -> Path:
    parts: list[str | int] = []
    while spot is not None:
        spot, key, _ = spot
        if key is not None:
            parts.append(key)
    return tuple(reversed(parts))


def written_path(spot: Spot) -> Path:
    parts: list[str | int] = []
    while spot is not None:
        spot, _, key = spot
        if key is not None:
            parts.append(key)
    return tuple(reversed(parts))
