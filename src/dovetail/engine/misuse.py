"""What a check asks of `isolation:` that cannot be, told under its own line before anything starts.

Called by the plan.
"""

from collections.abc import Iterator

from dovetail.engine.isolation import DataServices
from dovetail.engine.touch import Touch
from dovetail.errors import Problem
from dovetail.model.check import Check, Isolation
from dovetail.model.graph import reach
from dovetail.model.system import System


def find_misuse(check: Check, touched: Touch, system: System, data: DataServices) -> tuple[Problem, ...]:
    """Return the first reason why what the check says cannot keep it apart; empty where it can."""
    found = {
        Isolation.ROLLBACK: _misuse_rollback,
        Isolation.CLONE: _misuse_clone,
        Isolation.RESET: _misuse_reset,
        Isolation.SLICE: _misuse_slice,
    }.get(check.isolation)
    if found is None:
        return ()
    what, now = next(found(touched, system, data), ("", ""))
    if not what:
        return ()
    return (Problem(f"isolation: {check.isolation}: {what}", now, check.place.file, check.place.line),)


Complaints = Iterator[tuple[str, str]]


def _misuse_rollback(touched: Touch, system: System, data: DataServices) -> Complaints:
    for name in sorted(touched.written - data.transactional):
        if system.by_name[name].is_own_code:
            yield f"nothing can undo what {name} commits", "use unique, reset or slice"
        yield f"{_tell(name, system)} has no transactions", "use clone" if name in data.copied else "use slice"
    spoken = touched.services & data.transactional
    if not spoken:
        able = f"there are: {', '.join(sorted(data.transactional))}" if data.transactional else "use unique"
        yield "no step speaks to a database that has transactions", able
    for name in sorted(spoken & touched.disturbed):
        yield f"a step ends {name}'s transaction itself, or does what none can undo", "use clone"
    if touched.has_together:
        yield "steps together each speak in a transaction of their own", "use clone"


def _misuse_clone(touched: Touch, system: System, data: DataServices) -> Complaints:
    for name in sorted(touched.services - data.copied):
        if system.by_name[name].is_own_code:
            yield (
                f"{name} does not see a copy made for this check alone",
                "use reset, or slice: its services are its own",
            )
        yield f"{_tell(name, system)} cannot be copied", "use unique or slice"
    if not touched.services:
        yield "no step speaks to a service whose data could be copied", _list_copied(data)


def _misuse_reset(touched: Touch, system: System, data: DataServices) -> Complaints:
    below = frozenset(name for service in touched.services for name in reach(system, service).services)
    if not below & data.copied:
        kept = f": {', '.join(_tell(name, system) for name in sorted(below & data.lasting))} keeps what it holds"
        what = "nothing that this check reaches can be set back"
        yield what + (kept if below & data.lasting else ""), "use unique or slice"


def _misuse_slice(touched: Touch, system: System, data: DataServices) -> Complaints:
    begun = touched.services | touched.steered
    if not any(system.by_name[name].is_own_code for name in begun if name in system.by_name):
        now = "use clone" if touched.services and touched.services <= data.copied else "use unique"
        yield "a slice has its own instances of your code, and this check speaks to none of it", now
    for name in sorted(touched.steered & data.copied):
        what = f"a slice has its own data in {name}, not its own server, and this check stops that server"
        yield what, "leave `isolation:` out: who stops a server has it alone"


def _tell(name: str, system: System) -> str:
    return f"{name} ({system.by_name[name].technology})"


def _list_copied(data: DataServices) -> str:
    return f"there are: {', '.join(sorted(data.copied))}" if data.copied else "use unique"
