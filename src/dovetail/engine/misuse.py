"""What a check asks of `isolation:` that cannot be, told under its own line before anything starts.

Called by the plan.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from dovetail.engine.isolation import DataServices, find_reached
from dovetail.engine.touch import Touch
from dovetail.errors import Problem
from dovetail.model.check import Check, Isolation
from dovetail.model.graph import Reach
from dovetail.model.system import System


def find_misuse(
    check: Check, touched: Touch, system: System, reaches: Mapping[str, Reach], data: DataServices
) -> tuple[Problem, ...]:
    """Return the first reason why what the check says cannot keep it apart; empty where it can."""
    found = {
        Isolation.ROLLBACK: _misuse_rollback,
        Isolation.CLONE: _misuse_clone,
        Isolation.RESET: _misuse_reset,
        Isolation.SLICE: _misuse_slice,
    }.get(check.isolation)
    if found is None:
        return ()
    what, now = next(found(Grounds(touched, system, data, find_reached(touched, reaches))), ("", ""))
    if not what:
        return ()
    return (Problem(f"isolation: {check.isolation}: {what}", now, check.place.file, check.place.line),)


class Grounds(Struct, frozen=True):
    """What a complaint is made from; `reached` is all that the check can have to do with."""

    touched: Touch
    system: System
    data: DataServices
    reached: frozenset[str]

    def is_own_code(self, name: str) -> bool:
        return name in self.system.by_name and self.system.by_name[name].is_own_code

    def tell(self, name: str) -> str:
        return f"{name} ({self.system.by_name[name].technology})"


Complaints = Iterator[tuple[str, str]]


def _misuse_rollback(on: Grounds) -> Complaints:
    for name in sorted(on.touched.written - on.data.transactional):
        if on.is_own_code(name):
            yield f"nothing can undo what {name} commits", "use unique, reset or slice"
        yield f"{on.tell(name)} has no transactions", "use clone" if name in on.data.copied else "use slice"
    spoken = on.touched.services & on.data.transactional
    if not spoken:
        able = f"there are: {', '.join(sorted(on.data.transactional))}" if on.data.transactional else "use unique"
        yield "no step speaks to a database that has transactions", able
    for name in sorted(spoken & on.touched.disturbed):
        yield f"a step ends {name}'s transaction itself, or does what none can undo", "use clone"
    if on.touched.has_together:
        yield "steps together each speak in a transaction of their own", "use clone"


def _misuse_clone(on: Grounds) -> Complaints:
    for name in sorted(on.touched.services - on.data.copied):
        if on.is_own_code(name) and name not in on.data.lasting:
            yield (
                f"{name} does not see a copy made for this check alone",
                "use reset, or slice: its services are its own",
            )
        way = "rollback, unique" if name in on.data.transactional else "unique"
        yield f"{on.tell(name)} cannot be copied", f"use {way} or slice"
    if not on.touched.services:
        yield "no step speaks to a service whose data could be copied", _list_copied(on.data)


def _misuse_reset(on: Grounds) -> Complaints:
    below, data = on.reached, on.data
    if not below & data.copied:
        kept = f": {', '.join(on.tell(name) for name in sorted(below & data.lasting))} keeps what it holds"
        what = "nothing that this check reaches can be set back"
        yield what + (kept if below & data.lasting else ""), "use unique or slice"


def _misuse_slice(on: Grounds) -> Complaints:
    begun = on.touched.services | on.touched.steered
    if not any(on.is_own_code(name) for name in begun):
        now = "use clone" if on.touched.services and on.touched.services <= on.data.copied else "use unique"
        yield "a slice has its own instances of your code, and this check speaks to none of it", now
    for name in sorted(on.touched.steered & on.data.copied):
        what = f"a slice has its own data in {name}, not its own server, and this check stops that server"
        yield what, "leave `isolation:` out: who stops a server has it alone"


def _list_copied(data: DataServices) -> str:
    return f"there are: {', '.join(sorted(data.copied))}" if data.copied else "use unique"
