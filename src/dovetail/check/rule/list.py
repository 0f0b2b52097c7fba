"""The rules about lists: contains, each, any_order, length, unique, sorted."""

import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import gt, lt
from typing import Any, cast

from dovetail.check.case import ABSENT, Case, Seen, Spot
from dovetail.check.display import Phrase, kind_of, show
from dovetail.check.equality import freeze
from dovetail.check.route import follow, parse_route
from dovetail.check.rule.form import Inner, Rule, Rules
from dovetail.check.rule.order import measures
from dovetail.errors import SuiteError
from dovetail.model.data import Data

EMPTY = "the list is empty, so nothing was asked; where that is right, write one_of: [<empty>, {each: …}]"


def _weigh_contains(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    wanted = rules["contains"]
    if isinstance(actual, str | bytes):
        text = actual if isinstance(actual, str) else actual.decode(errors="replace")
        parts = wanted if isinstance(wanted, list | tuple) else [wanted]
        for part in parts:
            holds = isinstance(part, str) and part != "" and part in text
            case.settle(spot, Phrase(f"a text that contains {show(part)}"), actual, holds=holds)
    elif isinstance(actual, Mapping):
        inner = (spot, None, "contains")
        for key, value in _as_object(wanted).items():
            case.weigh(case, value, actual.get(key, ABSENT), (inner, key, key))
    elif isinstance(actual, list | tuple):
        for part in wanted if isinstance(wanted, list | tuple) else [wanted]:
            holds = any(not case.try_out(part, item, spot).misses for item in actual)
            case.settle(spot, Phrase(f"an item like {show(part)}"), actual, holds=holds)
    else:
        case.settle(spot, Phrase(f"something that contains {show(wanted)}"), actual, holds=False)


def _is_nothing(wanted: Data) -> bool:
    """Tell whether there is nothing to look for; an empty text can be an item or a key."""
    return isinstance(wanted, list | tuple | Mapping) and not wanted


def _as_object(wanted: Data) -> Mapping[str, Data]:
    if isinstance(wanted, Mapping):
        return wanted
    keys = wanted if isinstance(wanted, list | tuple) else [wanted]
    return {str(key): "<any>" for key in keys}


def _weigh_each(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    items = _items(case, "each", actual, spot)
    if items is None:
        return
    if not items:
        case.miss(spot, Phrase(f"a list of items like {show(rules['each'])}"), cast("Data", actual), EMPTY)
    inner = (spot, None, "each")
    for index, item in enumerate(items):
        case.weigh(case, rules["each"], item, (inner, index, None))


def _weigh_any_order(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    items, wanted = _items(case, "any_order", actual, spot), cast("Sequence[Data]", rules["any_order"])
    if items is None:
        return
    inner = (spot, None, "any_order")
    taken = _pair_up(len(wanted), lambda wish: _partners(case, wanted[wish], items, spot))
    case.evaluated += max(1, len(wanted))
    for index in sorted(set(range(len(wanted))) - set(taken.values())):
        case.miss((inner, None, index), wanted[index], Phrase(f"not among {show(items)}"), "no item is left that fits")
    if len(items) > len(wanted):
        for index in sorted(set(range(len(items))) - set(taken)):
            case.miss((spot, index, None), ABSENT, items[index], "an item more than expected")


def _partners(case: Case, wanted: Data, items: Sequence[Data], spot: Spot) -> Iterator[int]:
    return (index for index, item in enumerate(items) if not case.try_out(wanted, item, spot).misses)


def _pair_up(count: int, partners: Callable[[int], Iterator[int]]) -> dict[int, int]:
    """Give as many wishes as possible an item of their own (augmenting paths); returns item → wish."""
    taken: dict[int, int] = {}
    known = [Remembered(partners(wish)) for wish in range(count)]

    def seek(wish: int, tried: set[int]) -> bool:
        free = next((item for item in known[wish] if item not in taken), None)
        if free is not None:
            taken[free] = wish
            return True
        for item in known[wish]:
            if item not in tried:
                tried.add(item)
                if seek(taken[item], tried):
                    taken[item] = wish
                    return True
        return False

    for wish in range(count):
        seek(wish, set())
    return taken


class Remembered:
    """An iterator that can be gone through again; what was not asked for yet is not worked out."""

    def __init__(self, source: Iterator[int]) -> None:
        self._source = source
        self._seen: list[int] = []

    def __iter__(self) -> Iterator[int]:
        yield from self._seen
        for item in self._source:
            self._seen.append(item)
            yield item


def _weigh_length(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    if isinstance(actual, str | bytes | list | tuple | Mapping):
        case.weigh(case, rules["length"], len(actual), (spot, "length", "length"))
    else:
        case.settle(spot, Phrase("something with a length"), actual, holds=False)


def _weigh_unique(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    items = _items(case, "unique", actual, spot)
    if not items:
        return
    keys = _keys(case, rules["unique"], items, spot)
    case.evaluated += 1
    seen: dict[Hashable, int] = {}
    for index, key in enumerate(keys):
        first = seen.setdefault(freeze(key), index)
        if first != index:
            case.miss((spot, index, None), Phrase("unlike all items before it"), key, f"the same as [{first}]")
            return


def _weigh_sorted(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    items = _items(case, "sorted", actual, spot)
    if not items:
        return
    keys, is_falling = _keys(case, rules["sorted"], items, spot), _is_falling(rules["sorted"])
    case.evaluated += 1
    for index, (one, other) in enumerate(pairwise(keys)):
        pair = _as_ordered(one, other)
        if lt(*pair) if is_falling else gt(*pair):
            words = "at most" if is_falling else "at least"
            case.miss((spot, index + 1, None), Phrase(f"{words} {show(one)}, the item before it"), other, "not sorted")
            return


def _as_ordered(one: Data, other: Data) -> tuple[Any, Any]:
    """Return what decides which comes first: the measure, the text itself, of all else how it is shown."""
    if pair := measures(one, other):
        return pair
    if (isinstance(one, str) and isinstance(other, str)) or (isinstance(one, bytes) and isinstance(other, bytes)):
        return one, other
    return show(one, sys.maxsize), show(other, sys.maxsize)


def _is_falling(written: Data) -> bool:
    order = written.get("order") if isinstance(written, Mapping) else written
    return order == "descending"


def _keys(case: Case, written: Data, items: Sequence[Data], spot: Spot) -> Sequence[Data]:
    """Return what the items are compared by: themselves, or what stands at the path behind `by`."""
    if not isinstance(written, Mapping) or "by" not in written:
        return items
    route = parse_route(str(written["by"]))
    try:
        return [follow(item, route, f"item {index}") for index, item in enumerate(items)]
    except SuiteError as missing:
        case.refuse(spot, missing.problems[0].what, missing.problems[0].now)


def _items(case: Case, name: str, actual: Seen, spot: Spot) -> Sequence[Data] | None:
    if isinstance(actual, list | tuple):
        return actual
    case.evaluated += 1
    case.miss(spot, Phrase("a list"), actual, f"{name} speaks of lists, this is {kind_of(actual)}")
    return None


def _mistake_of_order(name: str, *orders: str) -> Callable[[Rules], str]:
    def mistake(rules: Rules) -> str:
        written = rules[name]
        if isinstance(written, Mapping):
            is_known = written.keys() <= {"by", "order"} and written.get("order", orders[-1]) in orders
            return (
                ""
                if is_known
                else f"{name} knows by: a path{' and order: ' + ' or '.join(orders[:-1]) if orders[:-1] else ''}"
            )
        return (
            ""
            if written is True or written in orders[:-1]
            else f"{name} wants true{''.join(f', {o}' for o in orders[:-1])} or {{by: path}}"
        )

    return mistake


RULES = (
    Rule(
        "contains",
        "the text, list or object has this in it",
        "{contains: shipped}",
        _weigh_contains,
        lambda rules: "contains wants something to look for" if _is_nothing(rules["contains"]) else "",
        Inner.ITSELF,
    ),
    Rule(
        "each", "every item is so; an empty list is a mismatch", "{each: {id: <uuid>}}", _weigh_each, inner=Inner.ITSELF
    ),
    Rule(
        "any_order",
        "the same items, in whatever order",
        "{any_order: [a, b]}",
        _weigh_any_order,
        lambda rules: "" if isinstance(rules["any_order"], list | tuple) else "any_order wants a list",
        Inner.ITEMS,
    ),
    Rule("length", "how many characters, items or keys", "{length: {at_least: 1}}", _weigh_length, inner=Inner.ITSELF),
    Rule("unique", "no item twice", "{unique: {by: id}}", _weigh_unique, _mistake_of_order("unique", "")),
    Rule(
        "sorted",
        "each item is at least the one before it; `descending` the other way round",
        "{sorted: {by: total, order: descending}}",
        _weigh_sorted,
        _mistake_of_order("sorted", "ascending", "descending", "ascending"),
    ),
)
