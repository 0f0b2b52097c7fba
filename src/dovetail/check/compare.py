"""Objects and lists against each other, item by item; called by the judge and by the rules that want the whole."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from dovetail.check.case import ABSENT, Case, Seen, Spot, Weigh
from dovetail.check.display import Phrase, kind_of, show
from dovetail.errors.nearest import nearest
from dovetail.model.data import Data


def compare_object(
    case: Case, expected: Mapping[str, Data], actual: Seen, spot: Spot, weigh: Weigh, *, is_whole: bool = False
) -> None:
    """Weigh every expected key; with `is_whole` no other may be there, so an empty object asks for an empty one."""
    if not isinstance(actual, Mapping):
        case.evaluated += 1
        case.miss(spot, expected, actual, "" if actual is ABSENT else f"{kind_of(actual)}, not an object")
        return
    for key, wanted in expected.items():
        if key in actual:
            weigh(case, wanted, actual[key], (spot, key, key))
        else:
            before = len(case.misses)
            weigh(case, wanted, ABSENT, (spot, key, key))
            if len(case.misses) > before:
                _name_nearest(case, key, actual)
    if is_whole:
        case.evaluated += not expected
        for key in actual:
            if key not in expected:
                case.miss((spot, key, None), ABSENT, actual[key], "nothing else was expected here")


def compare_list(case: Case, expected: Sequence[Data], actual: Seen, spot: Spot, weigh: Weigh) -> None:
    """Weigh items in order; a length that differs is one mismatch that names the first item too many or too few."""
    if not isinstance(actual, list | tuple):
        case.evaluated += 1
        case.miss(spot, expected, actual, "" if actual is ABSENT else f"{kind_of(actual)}, not a list")
        return
    case.evaluated += not expected
    for index, (wanted, item) in enumerate(zip(expected, actual, strict=False)):
        weigh(case, wanted, item, (spot, index, index))
    if len(expected) != len(actual):
        case.evaluated += abs(len(expected) - len(actual)) if expected else 0
        case.miss(
            spot, Phrase(_count(expected)), Phrase(f"{_count(actual)}: {show(actual)}"), _surplus(expected, actual)
        )


def _count(items: Sequence[Data]) -> str:
    return f"{len(items)} item{'' if len(items) == 1 else 's'}"


def _surplus(expected: Sequence[Data], actual: Sequence[Data]) -> str:
    if len(actual) > len(expected):
        return f"[{len(expected)}] was not expected: {show(actual[len(expected)], 60)}"
    return f"[{len(actual)}] is missing: {show(expected[len(actual)], 60)}"


def _name_nearest(case: Case, key: str, actual: Mapping[str, Data]) -> None:
    close = nearest(key, [str(other) for other in actual], 0.7)
    last = case.misses[-1]
    if close and not last.why:
        case.misses[-1] = replace(last, why=f"there is {close}")
