"""The rules about more and less: between, at_least, at_most, more_than, less_than, near."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt, sub
from typing import cast

from dovetail.check.case import Case, Seen, Spot
from dovetail.check.display import Phrase, show
from dovetail.check.equality import Number, as_decimal, is_number
from dovetail.check.moment import read_moment, read_span
from dovetail.check.rule.form import Rule, Rules
from dovetail.model.data import Data

Measure = Decimal | datetime | timedelta
Ruling = Callable[[Case, Rules, Seen, Spot], None]


def measures(actual: Seen, wanted: Data) -> tuple[Measure, Measure] | None:
    """Return both values on one scale (numbers, times or durations); None where they share none."""
    if is_number(actual) and is_number(wanted):
        numbers = as_decimal(actual), as_decimal(wanted)
        return None if numbers[0].is_nan() or numbers[1].is_nan() else numbers
    if isinstance(actual, timedelta) or isinstance(wanted, timedelta):
        spans = read_span(actual), read_span(wanted)
        return (spans[0], spans[1]) if spans[0] is not None and spans[1] is not None else None
    moments = read_moment(actual), read_moment(wanted)
    return (moments[0], moments[1]) if moments[0] is not None and moments[1] is not None else None


def is_measure(value: Data) -> bool:
    """Tell whether a bound can be written so: a number, a time or a duration."""
    return is_number(value) or read_moment(value) is not None or read_span(value) is not None


def _bound(
    name: str, words: str, compares: Callable[[Measure, Measure], bool]
) -> tuple[Ruling, Callable[[Rules], str]]:
    def weigh(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
        wanted = rules[name]
        pair = measures(actual, wanted)
        holds = pair is not None and compares(*pair)
        case.settle(spot, Phrase(f"{words} {show(wanted)}"), actual, holds=holds)

    def mistake(rules: Rules) -> str:
        return "" if is_measure(rules[name]) else f"{name} wants a number, a time or a duration"

    return weigh, mistake


def _weigh_between(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    low, high = cast("list[Data]", rules["between"])
    pairs = measures(actual, low), measures(actual, high)
    holds = pairs[0] is not None and pairs[1] is not None and ge(*pairs[0]) and le(*pairs[1])
    case.settle(spot, Phrase(f"between {show(low)} and {show(high)}"), actual, holds=holds)


def _mistake_of_between(rules: Rules) -> str:
    match rules["between"]:
        case [low, high] if is_measure(low) and is_measure(high):
            pair = measures(low, high) or measures(read_span(low), high)
            return "between wants the lower bound first" if pair is None or gt(*pair) else ""
    return "between wants two bounds, as in [1, 10]"


def _weigh_near(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    wanted, within = rules["near"], rules.get("within")
    pair = measures(actual, wanted)
    holds = pair is not None and _is_near(*pair, within)
    around = f" within {within}" if within is not None else ""
    case.settle(spot, Phrase(f"near {show(wanted)}{around}"), actual, holds=holds)


def _is_near(actual: Measure, wanted: Measure, within: Data) -> bool:
    if isinstance(actual, Decimal) and isinstance(wanted, Decimal):
        if not (actual.is_finite() and wanted.is_finite()):
            return False
        return abs(actual - wanted) <= _tolerance(wanted, within)
    apart: timedelta = abs(sub(actual, wanted))
    return apart <= (read_span(within) or timedelta())


def _tolerance(wanted: Decimal, within: Data) -> Decimal:
    if within is None:
        return abs(wanted) * Decimal("1e-9")
    if isinstance(within, str):
        return abs(wanted) * Decimal(within.rstrip("% ")) / 100
    return as_decimal(cast("Number", within))


def _mistake_of_near(rules: Rules) -> str:
    wanted, within = rules["near"], rules.get("within")
    if not is_measure(wanted):
        return "near wants a number or a time"
    if is_number(wanted):
        is_share = isinstance(within, str) and within.rstrip("% ").replace(".", "", 1).isdecimal() and "%" in within
        is_right = (
            within is None
            or is_share
            or (is_number(within) and as_decimal(within).is_finite() and as_decimal(within) >= 0)
        )
        return "" if is_right else "within wants a number from 0 on or a share such as 1%"
    return "" if read_span(within) is not None else "near a time needs within: a duration such as 5s"


RULES = (
    Rule("at_least", "this or more", "{at_least: 1}", *_bound("at_least", "at least", ge)),
    Rule("at_most", "this or less", "{at_most: 10}", *_bound("at_most", "at most", le)),
    Rule("more_than", "more than this", "{more_than: 0}", *_bound("more_than", "more than", gt)),
    Rule("less_than", "less than this", "{less_than: 100}", *_bound("less_than", "less than", lt)),
    Rule(
        "between",
        "from the first to the second, both included",
        "{between: [1, 10]}",
        _weigh_between,
        _mistake_of_between,
    ),
    Rule("near", "this, give or take `within`", "{near: 19.98, within: 0.01}", _weigh_near, _mistake_of_near),
)
