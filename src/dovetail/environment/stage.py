"""The stage as everybody above sees it: a started system with its edges, in this process or in its own.

`LiveStage` (live.py) is the real thing, `RemoteStage` (remote.py) speaks to one in a stage process, `GivenStage`
(given.py) stands where every service runs elsewhere already.
"""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from dovetail.model.address import Address
from dovetail.model.check import FaultOrder
from dovetail.model.event import Event
from dovetail.model.exchange import Exchange

Sink = Callable[[Event], None]


class LockWish(Struct, frozen=True):
    """Resources to hold at once; reading shares one, disturbing it is exclusive. Names: `service:x`, `edge:a -> b`.

    `adding` is held beside others who add, but not beside those who share it.
    """

    shared: frozenset[str] = frozenset()
    exclusive: frozenset[str] = frozenset()
    adding: frozenset[str] = frozenset()


class ServiceState(Struct, frozen=True):
    """A line of `dovetail ps`; `state` as in the event ServiceChanged, `door` is the address that checks use."""

    service: str
    technology: str
    state: str
    pid: int = 0
    door: str = ""
    since: float = 0.0
    restarts: int = 0


class LogLine(Struct, frozen=True):
    at: float
    service: str
    text: str


def in_slice(name: str, slice_name: str) -> str:
    """Return what a service or an edge (`a -> b`) is called in a slice; in none, its own name."""
    if not slice_name:
        return name
    return " -> ".join(f"{part}@{slice_name}" for part in name.split(" -> "))


class Stage(Protocol):
    async def address(self, service: str, slice_name: str = "") -> Address:
        """Where a check speaks to `service`; in a slice, to the slice's own instance."""
        ...

    async def lock(self, owner: str, wish: LockWish) -> None:
        """Wait until all of `wish` can be held together (never part of it), then hold it for `owner`."""
        ...

    async def grow(self, owner: str, wish: LockWish) -> bool:
        """Hold `wish` beside what `owner` holds; False, and no more held, where those who have it wait for that."""
        ...

    async def unlock(self, owner: str, kept: frozenset[str] = frozenset()) -> None:
        """Release all that `owner` holds but the resources in `kept`."""
        ...

    async def inject(self, order: FaultOrder, seconds: float | None, owner: str = "") -> str:
        """Break an edge for at most `seconds`; returns the lease that `lift` ends.

        Without `seconds` it lasts until then, or until the process that asked is gone.
        """
        ...

    async def lift(self, lease: str) -> None:
        """Undo a fault; one that is gone already is no error."""
        ...

    async def steer(self, service: str, verb: str) -> None:
        """Do `restart`, `pause`, `resume`, `kill` or `stop` to a service; restart waits until it is ready again."""
        ...

    async def calls(self, edge: str, since: float) -> tuple[Exchange, ...]:
        """Return what the edge's tap saw since then; raises UnreadError where that would be too few."""
        ...

    async def logs(self, service: str = "", since: float = 0.0) -> tuple[LogLine, ...]: ...

    async def states(self) -> tuple[ServiceState, ...]: ...

    async def clone(self, service: str, name: str) -> Address:
        """Make a private copy of a data service for one check."""
        ...

    async def drop(self, service: str, name: str) -> None: ...

    async def reset(self, services: frozenset[str]) -> None:
        """Bring data services back to what their setup made."""
        ...

    async def open_slice(self, name: str, services: frozenset[str]) -> None:
        """Start private instances of `services` and of all that they use, behind edges of their own."""
        ...

    async def close_slice(self, name: str) -> None: ...

    def listen(self, sink: Sink) -> None:
        """Have every event of the stage from now on handed to `sink`."""
        ...

    async def leave(self) -> tuple[str, ...]:
        """Let go: a stage of our own is torn down and what remains is named; one that is kept stays as it is."""
        ...
