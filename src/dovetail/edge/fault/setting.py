"""Reading the words of a fault order into numbers and directions; called by every fault when it is injected."""

from collections.abc import Mapping

from dovetail.edge.fault.fault import ANSWERS, BOTH, REQUESTS
from dovetail.edge.flow import Direction
from dovetail.errors import Problem, SuiteError
from dovetail.model.data import Data

Settings = Mapping[str, Data]
_DIRECTIONS = {"request": REQUESTS, "answer": ANSWERS, "both": BOTH}


def read_number(settings: Settings, name: str, default: float = 0.0) -> float:
    value = settings.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise SuiteError(Problem(f"{name} must be a number that is not negative, got {value!r}"))
    return float(value)


def read_share(settings: Settings, name: str, default: float = 1.0) -> float:
    share = read_number(settings, name, default)
    if share > 1:
        raise SuiteError(Problem(f"{name} must lie between 0 and 1, got {share:g}"))
    return share


def read_needed(settings: Settings, name: str) -> float:
    """Return a number that must be there and above zero."""
    value = read_number(settings, name)
    if value <= 0:
        raise SuiteError(Problem(f"{name} must be given and more than 0"))
    return value


def read_directions(settings: Settings, default: tuple[Direction, ...] = ANSWERS) -> tuple[Direction, ...]:
    to = settings.get("to")
    if to is None:
        return default
    if to not in _DIRECTIONS:
        raise SuiteError(Problem(f"to must be one of request, answer, both, got {to!r}"))
    return _DIRECTIONS[str(to)]
