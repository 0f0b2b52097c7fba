"""How each check is kept from seeing others: the cheapest isolation that is safe. Called by the plan.

| the check | gets |
|---|---|
| says `isolation:` itself | what it says |
| only reads, or writes where nothing below keeps data | shared: the common stage as it is |
| writes, and speaks to one transactional data service alone, nothing at the same moment | rollback: one transaction |
| writes, and speaks to data services alone | clone: a private copy of each |
| writes through a service, with data made by `unique.*` | unique: the common stage; its rows are nobody else's |
| writes through a service, with fixed data | reset: data set back before and after, nobody else beside it |
| the same, where the data is not ours to set back | shared, but nobody else beside it |
| asks for `isolation: slice` | slice: its own clones, processes and edges |
"""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from dovetail.engine.touch import Touch
from dovetail.model.check import Check, Isolation
from dovetail.model.graph import Reach
from dovetail.model.system import System


class DataServices(Struct, frozen=True):
    """Services whose data can be copied and set back, whose sessions can roll back, whose data stays for good.

    The data of `foreign` ones is not ours to set back: the user's own command starts them, or they run elsewhere.
    """

    copied: frozenset[str] = frozenset()
    transactional: frozenset[str] = frozenset()
    lasting: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()

    def given(self, elsewhere: frozenset[str]) -> "DataServices":
        """Return what is left to do with data where these services run elsewhere."""
        foreign = self.foreign | (self.copied & elsewhere)
        return DataServices(self.copied - elsewhere, self.transactional, self.lasting - elsewhere, foreign)


class Choice(Struct, frozen=True):
    """`data` are the services that the isolation works on; `why` is told by `--dry-run`.

    `is_unique` says that no other check names the same rows.
    """

    isolation: Isolation
    why: str
    data: frozenset[str] = frozenset()
    is_unique: bool = False


def choose_isolation(
    check: Check, touched: Touch, reaches: Mapping[str, Reach], data: DataServices, *, is_unique: bool
) -> Choice:
    """Apply the table above; `is_unique` says that the check's data comes from `unique.*`."""
    below = find_reached(touched, reaches)
    reached, foreign = below & data.copied, below & data.foreign
    stays = _tell_lasting(below & data.lasting)
    if check.isolation is not Isolation.AUTO:
        return replace(_obey(check.isolation, touched, below, data), is_unique=is_unique)
    if not touched.written:
        return Choice(Isolation.SHARED, "only reads")
    if touched.services <= data.copied | data.transactional:
        return replace(_choose_for_direct_writes(touched, data), is_unique=is_unique)
    if not reached | foreign:
        return Choice(Isolation.SHARED, "writes where no data service is below")
    return _choose_for_service(reached, foreign, stays, is_unique=is_unique)


def find_reached(touched: Touch, reaches: Mapping[str, Reach]) -> frozenset[str]:
    """Return every service that the check's acts can have to do with."""
    return frozenset(name for service in touched.services for name in reaches[service].services)


def choose_slice(touched: Touch, system: System, reaches: Mapping[str, Reach]) -> frozenset[str]:
    """Return what a slice must hold: all that the check can have to do with, breaks, counts or steers."""
    ends = {
        end
        for name in touched.broken | touched.counted
        if name in system.edges
        for end in (system.edges[name].source, system.edges[name].target)
    }
    begun = touched.services | touched.steered | ends
    found = frozenset(name for service in begun & reaches.keys() for name in reaches[service].services)
    return frozenset(name for name in found if not system.by_name[name].is_job)


def _obey(isolation: Isolation, touched: Touch, below: frozenset[str], data: DataServices) -> Choice:
    said = "as the check says"
    match isolation:
        case Isolation.ROLLBACK:
            return Choice(isolation, said, touched.services & data.transactional)
        case Isolation.CLONE:
            return Choice(isolation, said, touched.services & data.copied)
        case Isolation.RESET:
            return Choice(isolation, said + _tell_lasting(below & data.lasting), below & data.copied)
        case Isolation.SHARED:
            return Choice(isolation, said, below & data.copied if touched.written else frozenset())
        case _:
            return Choice(isolation, said, below & data.copied)


def _tell_lasting(services: frozenset[str]) -> str:
    return f"; what {', '.join(sorted(services))} holds stays" if services else ""


def _choose_for_service(reached: frozenset[str], foreign: frozenset[str], stays: str, *, is_unique: bool) -> Choice:
    if is_unique:
        return Choice(Isolation.UNIQUE, "writes through a service with data of its own", reached)
    if not reached:
        names = ", ".join(sorted(foreign))
        return Choice(Isolation.SHARED, f"writes through a service with fixed data, which stays in {names}", foreign)
    return Choice(Isolation.RESET, f"writes through a service with fixed data{stays}", reached)


def _choose_for_direct_writes(touched: Touch, data: DataServices) -> Choice:
    services = touched.services
    can_roll_back = len(services) == 1 and services <= data.transactional
    if can_roll_back and not touched.has_together and not touched.disturbed:
        return Choice(Isolation.ROLLBACK, "writes to one transactional data service alone", services)
    if services <= data.copied:
        return Choice(Isolation.CLONE, "writes to data services alone", services)
    return Choice(Isolation.RESET, "writes to a data service that cannot be copied", services & data.copied)
