"""What a check holds on the common stage while it is played, and which checks go before others. Called by the plan.

`service:x` and `edge:x -> y` are shared by those who use them and had alone by those who disturb them; `process:x` is
shared by those who work on copies inside the server x. `data:x` is what has been committed to x: whoever reads it has
it as it was set up, and those who add rows of their own come when no reader is left. `rows:x` is had alone by
transactions that might wait for each other's rows.
"""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from dovetail.engine.isolation import Choice, find_reached
from dovetail.engine.touch import Touch
from dovetail.environment.stage import LockWish
from dovetail.model.check import Check, Isolation
from dovetail.model.graph import Reach

DATA = "data:"
NO_READERS = frozenset({Isolation.CLONE, Isolation.SLICE, Isolation.UNIQUE, Isolation.RESET})
TURNS = (Isolation.RESET, Isolation.SLICE, Isolation.CLONE, Isolation.ROLLBACK, Isolation.SHARED)


def wish_for(
    check: Check, touched: Touch, reaches: Mapping[str, Reach], choice: Choice, data: frozenset[str]
) -> LockWish:
    """Return the locks of a check; `data` are the services whose data its neighbours may change or set back."""
    named = {f"lock:{name}" for name in check.locks}
    if choice.isolation is Isolation.SLICE:
        return LockWish(_name("process", find_reached(touched, reaches) & data), frozenset(named))
    shared: set[str] = set()
    for service in touched.services | touched.steered:
        if service in reaches:
            shared |= _name("service", reaches[service].services) | _name("edge", reaches[service].edges)
    exclusive = named | _name("service", touched.disturbed) | _name("process", touched.disturbed)
    exclusive |= _name("edge", touched.broken | touched.counted)
    if choice.isolation is Isolation.CLONE:
        shared -= _name("service", choice.data)
        shared |= _name("process", choice.data)
    wish = LockWish(frozenset(shared), frozenset(exclusive))
    return _tidy(_with_data(wish, check, choice, find_reached(touched, reaches) & data))


def _with_data(wish: LockWish, check: Check, choice: Choice, reached: frozenset[str]) -> LockWish:
    rows = _name("data", reached)
    match choice.isolation:
        case Isolation.RESET:
            return _with_data_alone(wish, reached)
        case Isolation.SHARED if choice.data and check.isolation is Isolation.AUTO:
            return _with_data_alone(wish, choice.data)
        case Isolation.UNIQUE:
            return replace(wish, adding=rows)
        case Isolation.ROLLBACK if not choice.is_unique:
            wish = replace(wish, exclusive=wish.exclusive | _name("rows", choice.data))
        case _ if choice.isolation in NO_READERS or check.isolation is Isolation.SHARED:
            return wish
    return replace(wish, adding=rows) if check.needs else replace(wish, shared=wish.shared | rows)


def _with_data_alone(wish: LockWish, services: frozenset[str]) -> LockWish:
    return replace(wish, exclusive=wish.exclusive | _name("service", services) | _name("data", services))


def drop_uncontended(wishes: Iterable[LockWish]) -> Mapping[LockWish, LockWish]:
    """Return for each wish what of it somebody wishes who cannot be beside it: the others never wait for anybody."""
    wishes = frozenset(wishes)
    alone = frozenset[str]().union(*(wish.exclusive for wish in wishes))
    reading = frozenset[str]().union(*(wish.shared for wish in wishes))
    adding = frozenset[str]().union(*(wish.adding for wish in wishes))
    return {
        wish: replace(wish, shared=wish.shared & (alone | adding), adding=wish.adding & (alone | reading))
        for wish in wishes
    }


def needs_data_at_rest(job_wish: LockWish) -> bool:
    """Tell whether nobody may add rows before this wish has been let go."""
    return any(name.startswith(DATA) for name in job_wish.shared | job_wish.exclusive)


def turn_of(isolation: Isolation) -> int:
    """Tell who goes first: those nobody can be beside, what is slow to set up, readers, those who add rows at last."""
    return TURNS.index(isolation) if isolation in TURNS else len(TURNS)


def _name(kind: str, names: frozenset[str]) -> frozenset[str]:
    return frozenset(f"{kind}:{name}" for name in names)


def _tidy(wish: LockWish) -> LockWish:
    return replace(wish, shared=wish.shared - wish.exclusive, adding=wish.adding - wish.exclusive)
