"""The proxy of one edge: its door, its connections, its faults and what its tap saw; opened by the environment."""

import asyncio
import math
import socket
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from random import Random

from msgspec import Struct, field

from dovetail.edge.connection import Connection, Ground
from dovetail.edge.dialling import Dialling
from dovetail.edge.door import Door
from dovetail.edge.fault.catalog import FAULTS
from dovetail.edge.fault.fault import Fault
from dovetail.edge.unread import Unread, require_read
from dovetail.errors import Problem, StageError, SuiteError, UnreadError
from dovetail.model.address import Address
from dovetail.model.check import FaultOrder
from dovetail.model.exchange import Exchange
from dovetail.model.system import Edge
from dovetail.plugin.fault import ActiveFault, FaultMaker
from dovetail.plugin.tap import Line, Rewriter, Tap
from dovetail.wire.stream import reset
from dovetail.wire.timer import Timer

BUFFER = 1 << 18
REMEMBERED = 10_000


def _hear_nothing(_lease: str) -> None:
    """Stand in for an owner that does not ask about lapsed leases."""


class Fittings(Struct, frozen=True):
    """What an edge is equipped with; `lapsed` hears of leases that ran out by themselves."""

    tap: Tap | Rewriter | None = None
    faults: FaultMaker | None = None
    random: Random = field(default_factory=Random)
    clock: Callable[[], float] = time.time
    lapsed: Callable[[str], None] = _hear_nothing
    host: str = "127.0.0.1"


class Lease(Struct, frozen=True):
    """A fault in force: what was ordered, for whom, and when it lifts itself, if ever."""

    name: str
    order: FaultOrder
    owner: str
    fault: Fault | ActiveFault
    ends: asyncio.TimerHandle | None


class EdgeProxy:
    """Forwards at once, copies to the tap, breaks on order; made by `open_edge`."""

    def __init__(self, edge: Edge, target: Address, hear: Callable[[Exchange], None], fittings: Fittings) -> None:
        self._loop = asyncio.get_running_loop()
        self._edge = edge
        self._fittings = fittings
        self._hear = hear
        self._seen: deque[Exchange] = deque(maxlen=REMEMBERED)
        self._unread: deque[Unread] = deque(maxlen=REMEMBERED)
        self._forgotten = -math.inf
        self._timers: list[Timer] = []
        self._leases: dict[str, Lease] = {}
        self._given = self._count = 0
        self._connections: dict[int, Connection] = {}
        self._arriving: dict[int, socket.socket] = {}
        self._dialling = Dialling(self._loop, edge.name, target)
        self._ground = Ground(self._loop, bytearray(BUFFER), self._timer, fittings.random, self._forget)
        self._entrance = Door(self._loop, fittings.host, self._welcome)
        self.door = target.at(self._entrance.host, self._entrance.port)

    def retarget(self, target: Address) -> None:
        """Lead new connections elsewhere; those that are open stay with where they are."""
        self._dialling.retarget(target)

    def inject(self, order: FaultOrder, seconds: float | None, owner: str = "") -> str:
        """Put a fault in force, for at most `seconds` where there are any; returns its lease."""
        fault = self._make(order)
        self._given += 1
        name = f"{self._edge.name} #{self._given}"
        ends = self._loop.call_later(seconds, self._lapse, name) if seconds is not None else None
        self._leases[name] = lease = Lease(name, order, owner, fault, ends)
        if isinstance(fault, Fault) and fault.shuts_door:
            self._entrance.shut()
        for connection in tuple(self._connections.values()):
            self._strike(connection, lease)
        return name

    def lift(self, lease: str) -> None:
        """Undo a fault; one that is gone already is no error."""
        found = self._leases.pop(lease, None)
        if found is None:
            return
        if found.ends is not None:
            found.ends.cancel()
        for connection in tuple(self._connections.values()):
            connection.leave(lease)
        if not any(isinstance(left.fault, Fault) and left.fault.shuts_door for left in self._leases.values()):
            self._entrance.open()

    @property
    def faults(self) -> tuple[Lease, ...]:
        return tuple(self._leases.values())

    def calls(self, since: float = 0.0) -> tuple[Exchange, ...]:
        """Return the exchanges that began at `since` or later.

        Raises where that would be too few: UnreadError for bytes that crossed since then and that nobody could read,
        StageError for more exchanges than are remembered.
        """
        if self._fittings.tap is None:
            name, technology = self._edge.name, self._edge.technology
            what = f"the calls of {name} cannot be counted: what {technology} speaks is not listened to"
            raise UnreadError(Problem(what, "prove it at the service"))
        open_ones = [connection.unread for connection in self._connections.values() if connection.unread]
        require_read(self._edge, [*self._unread, *open_ones], since)
        if self._forgotten >= since:
            what = (
                f"the calls of {self._edge.name} cannot be counted: the first of more than {REMEMBERED} are forgotten"
            )
            raise StageError(Problem(what, "count over fewer calls at a time, each part in a check of its own"))
        return tuple(exchange for exchange in self._seen if exchange.started_at >= since)

    async def close(self) -> None:
        """Lift everything, cut every connection and give the port back."""
        for lease in tuple(self._leases):
            self.lift(lease)
        self._entrance.close()
        self._dialling.close()
        for client in self._arriving.values():
            reset(client)
        for connection in tuple(self._connections.values()):
            connection.cut("cut")
        for timer in self._timers:
            timer.close()
        await asyncio.sleep(0)

    def _make(self, order: FaultOrder) -> Fault | ActiveFault:
        if order.kind in FAULTS:
            return FAULTS[order.kind](order.settings)
        if self._fittings.faults is not None and order.kind == self._edge.technology:
            return self._fittings.faults.make(order.settings, self._fittings.random)
        known = ", ".join(FAULTS)
        what = f"the edge {self._edge.name} ({self._edge.technology}) cannot be broken by {order.kind}"
        raise SuiteError(
            Problem(what, f"faults that work on it: {known}", order.place.file, order.place.line, order.place.column)
        )

    def _lapse(self, lease: str) -> None:
        self.lift(lease)
        self._fittings.lapsed(lease)

    def _strike(self, connection: Connection, lease: Lease) -> None:
        fault = lease.fault
        if not isinstance(fault, Fault):
            connection.intercept(lease.name, fault)
        elif fault.probability >= 1 or self._fittings.random.random() < fault.probability:
            connection.join(lease.name, fault)

    def _welcome(self, client: socket.socket) -> None:
        self._count += 1
        number, started = self._count, self._fittings.clock()
        self._arriving[number] = client

        def arrive(server: socket.socket | None, why: str) -> None:
            del self._arriving[number]
            if server is None:
                reset(client)
                self._refused(number, started, why)
            else:
                self._connect(number, client, server)

        self._dialling.dial(arrive)

    def _connect(self, number: int, client: socket.socket, server: socket.socket) -> None:
        tap = self._fittings.tap
        listener = None
        if tap is not None:
            lost = partial(self._lose, number)
            listener = tap.listen(Line(self._edge.name, number, self.door, self._report, self._fittings.clock, lost))
        connection = Connection(self._ground, number, (client, server), listener)
        self._connections[number] = connection
        for lease in self._leases.values():
            self._strike(connection, lease)
        connection.start()

    def _refused(self, number: int, started: float, why: str) -> None:
        took = (self._fittings.clock() - started) * 1000
        request = f"connect {self._dialling.target.endpoint}"
        name, technology = self._edge.name, self._edge.technology
        self._report(Exchange(name, technology, request, why, "refused", started, took, number))

    def _report(self, exchange: Exchange) -> None:
        if len(self._seen) == REMEMBERED:
            self._forgotten = max(self._forgotten, self._seen[0].started_at)
        self._seen.append(exchange)
        self._hear(exchange)

    def _lose(self, number: int, size: int) -> None:
        self._connections[number].lose(Unread(size, self._fittings.clock))

    def _forget(self, number: int) -> None:
        gone = self._connections.pop(number)
        if gone.unread is not None:
            self._unread.append(gone.unread)

    def _timer(self) -> Timer:
        if not self._timers:
            self._timers.append(Timer(self._loop))
        return self._timers[0]


async def open_edge(
    edge: Edge, target: Address, hear: Callable[[Exchange], None], fittings: Fittings | None = None
) -> EdgeProxy:
    """Open a door for `edge`; `hear` gets every exchange that its tap sees."""
    return EdgeProxy(edge, target, hear, fittings or Fittings())
