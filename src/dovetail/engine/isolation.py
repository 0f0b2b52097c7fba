"""How each check is kept from seeing others: the cheapest isolation that is safe. Called by the plan.

| the check | gets |
|---|---|
| says `isolation:` itself | what it says |
| only reads, or writes where nothing below keeps data | shared: the common stage as it is |
| writes, and speaks to one transactional data service alone, nothing at the same moment | rollback: one transaction |
| writes, and speaks to data services alone | clone: a private copy of each |
| writes through a service, with data made by `unique.*` | unique: the common stage; its rows are nobody else's |
| writes through a service, with fixed data | reset: data set back before and after, nobody else beside it |
| asks for `isolation: slice` | slice: its own clones, processes and edges |
"""

from collections.abc import Mapping

from msgspec import Struct

from dovetail.engine.touch import Touch
from dovetail.model.check import Check, Isolation
from dovetail.model.graph import Reach


class DataServices(Struct, frozen=True):
    """Services whose data can be copied and set back, and those whose sessions can roll back."""

    copied: frozenset[str] = frozenset()
    transactional: frozenset[str] = frozenset()


class Choice(Struct, frozen=True):
    """`data` are the services that the isolation works on; `why` is told by `--dry-run`."""

    isolation: Isolation
    why: str
    data: frozenset[str] = frozenset()


def choose_isolation(
    check: Check, touched: Touch, reaches: Mapping[str, Reach], data: DataServices, *, is_unique: bool
) -> Choice:
    """Apply the table above; `is_unique` says that the check's data comes from `unique.*`."""
    reached = frozenset(name for service in touched.services for name in reaches[service].services) & data.copied
    direct = touched.services & data.copied
    if check.isolation is not Isolation.AUTO:
        works_on = direct if check.isolation in (Isolation.ROLLBACK, Isolation.CLONE) else reached
        return Choice(check.isolation, "as the check says", works_on)
    if not touched.written:
        return Choice(Isolation.SHARED, "only reads")
    if touched.services <= data.copied | data.transactional:
        return _choose_for_direct_writes(touched, data)
    if not reached:
        return Choice(Isolation.SHARED, "writes where no data service is below")
    if is_unique:
        return Choice(Isolation.UNIQUE, "writes through a service with data of its own", reached)
    return Choice(Isolation.RESET, "writes through a service with fixed data", reached)


def _choose_for_direct_writes(touched: Touch, data: DataServices) -> Choice:
    services = touched.services
    can_roll_back = len(services) == 1 and services <= data.transactional
    if can_roll_back and not touched.has_together and not touched.disturbed:
        return Choice(Isolation.ROLLBACK, "writes to one transactional data service alone", services)
    if services <= data.copied:
        return Choice(Isolation.CLONE, "writes to data services alone", services)
    return Choice(Isolation.RESET, "writes to a data service that cannot be copied", services & data.copied)
