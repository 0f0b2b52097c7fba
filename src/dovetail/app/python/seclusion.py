"""How a Python check is kept apart, by its marker `isolation(word, *services)`. Called when the check begins.

What it will do is not known beforehand. Without a marker its data is taken to be its own, made with `unique`.
"""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from dovetail.app.python.stagehand import Stagehand
from dovetail.engine.isolation import Choice
from dovetail.engine.plan import Job
from dovetail.environment.stage import LockWish
from dovetail.errors import Problem, UsageError
from dovetail.errors.nearest import suggest
from dovetail.model.check import Check, Isolation
from dovetail.model.event import PlannedCheck

WORDS = tuple(one.value for one in Isolation if one is not Isolation.AUTO)
COPYING = frozenset({Isolation.CLONE, Isolation.RESET, Isolation.SLICE})
WHY = "as its marker says"


class Marked(Struct, frozen=True):
    """What the marker says: a word, and the services it means where not all."""

    word: str = Isolation.UNIQUE.value
    services: tuple[str, ...] = ()

    @property
    def needs_copies(self) -> bool:
        return self.word in COPYING


def seclude(hand: Stagehand, planned: PlannedCheck, marked: Marked) -> Job:
    """Return the check as the engine sees it; raises UsageError where the marker asks for what cannot be."""
    makers: Mapping[str, Callable[[Stagehand, Marked], tuple[Choice, LockWish]]] = {
        Isolation.SHARED: _stand_beside,
        Isolation.UNIQUE: _add,
        Isolation.ROLLBACK: _roll_back,
        Isolation.CLONE: _clone,
        Isolation.RESET: _reset,
        Isolation.SLICE: _slice,
    }
    try:
        if marked.word not in makers:
            _refuse(f"there is no isolation {marked.word!r}", suggest(marked.word, WORDS))
        for name in marked.services:
            if name not in hand.system.by_name:
                _refuse(f"there is no service {name!r}", suggest(name, hand.system.by_name))
            if name in hand.elsewhere and marked.needs_copies:
                _refuse(f"isolation {marked.word}: {name} runs elsewhere and serves others too", "use unique")
        choice, wish = makers[marked.word](hand, marked)
    except UsageError as mistake:
        place = planned.place
        raise UsageError(*(Problem(p.what, p.now, place.file, place.line) for p in mistake.problems)) from None
    check = Check(planned.id, planned.name, planned.scope, (), isolation=choice.isolation, place=planned.place)
    sliced = _sliced(hand, marked) if choice.isolation is Isolation.SLICE else frozenset()
    is_kept = not sliced & hand.data.lasting
    return Job(check.id, 1, (check,), choice, wish, (), sliced, is_kept)


def _stand_beside(hand: Stagehand, marked: Marked) -> tuple[Choice, LockWish]:
    return Choice(Isolation.SHARED, WHY, _chosen(hand.data.copied, marked)), LockWish()


def _add(hand: Stagehand, marked: Marked) -> tuple[Choice, LockWish]:
    data = _chosen(hand.data.copied, marked)
    return Choice(Isolation.UNIQUE, WHY, data), LockWish(adding=_name("data", data))


def _roll_back(hand: Stagehand, marked: Marked) -> tuple[Choice, LockWish]:
    data = _chosen(hand.data.transactional, marked)
    for name in sorted(set(marked.services) - hand.data.transactional):
        _refuse(f"isolation rollback: {name} ({hand.system.by_name[name].technology}) has no transactions", "use clone")
    if not data:
        _refuse("isolation rollback: no service here has transactions", "use unique")
    return Choice(Isolation.ROLLBACK, WHY, data), LockWish(_name("data", data), _name("rows", data))


def _clone(hand: Stagehand, marked: Marked) -> tuple[Choice, LockWish]:
    return Choice(Isolation.CLONE, WHY, _copied(hand, marked)), LockWish(_name("process", _copied(hand, marked)))


def _reset(hand: Stagehand, marked: Marked) -> tuple[Choice, LockWish]:
    data = _copied(hand, marked)
    return Choice(Isolation.RESET, WHY, data), LockWish(exclusive=_name("data", data) | _name("service", data))


def _slice(hand: Stagehand, marked: Marked) -> tuple[Choice, LockWish]:
    sliced = _sliced(hand, marked)
    if not any(hand.system.by_name[name].is_own_code for name in sliced):
        _refuse("isolation slice: a slice has its own instances of your code, and none is meant here", "use clone")
    data = sliced & hand.data.copied
    return Choice(Isolation.SLICE, WHY, data), LockWish(_name("process", data))


def _sliced(hand: Stagehand, marked: Marked) -> frozenset[str]:
    begun = marked.services or tuple(hand.system.by_name)
    found = {name for service in begun for name in hand.reaches[service].services}
    return frozenset(name for name in found if not hand.system.by_name[name].is_job) - hand.elsewhere


def _copied(hand: Stagehand, marked: Marked) -> frozenset[str]:
    for name in sorted(set(marked.services) - hand.data.copied):
        technology = hand.system.by_name[name].technology
        _refuse(f"isolation {marked.word}: {name} ({technology}) can be neither copied nor set back", "use slice")
    data = _chosen(hand.data.copied, marked)
    if not data:
        _refuse(f"isolation {marked.word}: no service here can be copied or set back", "use unique or slice")
    return data


def _chosen(able: frozenset[str], marked: Marked) -> frozenset[str]:
    return able & frozenset(marked.services) if marked.services else able


def _name(kind: str, names: Iterable[str]) -> frozenset[str]:
    return frozenset(f"{kind}:{name}" for name in names)


def _refuse(what: str, now: str) -> None:
    raise UsageError(Problem(what, now))
