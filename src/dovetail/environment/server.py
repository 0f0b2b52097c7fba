"""The stage's door to other processes: any number of clients at once, each losing what it held when it goes.

Run by `hosting` in the stage process.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

from msgspec import Struct, field

from dovetail.environment.channel import Channel, Frame, write_error, write_events
from dovetail.environment.live import LiveStage
from dovetail.environment.order import StageInfo, StageOrder
from dovetail.environment.request import ON_THE_STAGE, read_arguments
from dovetail.environment.stage import LockWish, Sink
from dovetail.errors import BrokenDovetailError, DovetailError, StageLostError
from dovetail.model.check import FaultOrder
from dovetail.model.event import Event, ExchangeSeen, LogWritten

MOST_UNREAD = 1 << 25
Method = Callable[..., Awaitable[object]]


class Client(Struct, dict=True, eq=False):
    """One connection and what it holds: locks by owner, faults by lease, data copies, slices.

    `share` is what it shares with others for whom the stage was made what they ordered.
    """

    number: int
    tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    unsent: list[Event] = field(default_factory=list)
    owners: set[str] = field(default_factory=set)
    leases: set[str] = field(default_factory=set)
    clones: set[tuple[str, str]] = field(default_factory=set)
    slices: set[str] = field(default_factory=set)
    is_holder: bool = False
    share: str = ""
    channel: Channel | None = None
    sink: Sink | None = None


class StageServer:
    """`opening` is the task that starts the stage; `ended` is set once nothing keeps it any more."""

    def __init__(self, stage: LiveStage, info: StageInfo, opening: "asyncio.Task[None]") -> None:
        self.ended = asyncio.Event()
        self._stage = stage
        self._info = info
        self._opening = opening
        self._clients: set[Client] = set()
        self._count = 0
        self._was_held = False
        self._teardown: asyncio.Task[tuple[str, ...]] | None = None
        self._farewells: set[asyncio.Task[None]] = set()
        self._adopting = asyncio.Lock()

    def welcome(self) -> Channel:
        """Make the protocol of a new connection."""
        self._count += 1
        client = Client(self._count)
        client.channel = Channel(lambda frame: self._hear(client, frame), lambda: self._lose(client))
        self._clients.add(client)
        return client.channel

    def end_unless_held(self) -> None:
        """Hear that whoever started us is gone; without a holder nobody will ever come."""
        if not self._was_held:
            self.ended.set()

    async def tear_down(self, *, is_hurried: bool = False) -> tuple[str, ...]:
        """Tear down once, for whoever asks first."""
        if self._teardown is None:
            if is_hurried:
                self._stage.hurry()
            self._teardown = asyncio.create_task(self._end(), name="tear down")
        return await asyncio.shield(self._teardown)

    async def close(self) -> None:
        """Send what is unsent and close every connection."""
        for client in tuple(self._clients):
            self._flush(client)
            if client.channel is not None:
                client.channel.close()
        await asyncio.sleep(0)

    async def _end(self) -> tuple[str, ...]:
        self._opening.cancel()
        await asyncio.wait([self._opening])
        for client in self._clients:
            for task in client.tasks.values():
                if task.get_name() not in {"leave", "down"}:
                    task.cancel()
        return await self._stage.leave()

    def _hear(self, client: Client, frame: Frame) -> None:
        number, method, raw = frame
        if method == "cancel":
            task = client.tasks.get(number)
            if task is not None:
                task.cancel()
            return
        client.tasks[number] = asyncio.create_task(self._answer(client, number, method, raw), name=method)

    async def _answer(self, client: Client, number: int, method: str, raw: object) -> None:
        try:
            word, content = "ok", await self._do(client, method, raw)
        except DovetailError as error:
            word, content = "error", write_error(error)
        except asyncio.CancelledError:
            word, content = "error", write_error(StageLostError())
        except Exception as error:  # noqa: BLE001 - one client's question must not end the stage of all
            word, content = "error", write_error(BrokenDovetailError(f"{method} failed: {error!r}"))
        finally:
            client.tasks.pop(number, None)
        self._flush(client)
        if client.channel is not None:
            client.channel.send(number, word, content)
        if method in {"leave", "down"} and self._teardown is not None:
            self.ended.set()

    async def _do(self, client: Client, method: str, raw: object) -> object:
        if self.ended.is_set() or (self._teardown is not None and method not in {"leave", "down"}):
            raise StageLostError
        arguments = read_arguments(method, raw)
        own: dict[str, Method] = {
            "join": self._join,
            "settle": self._settle,
            "adopt": self._adopt,
            "leave": self._leave,
            "down": self._down,
            "lock": self._lock,
            "grow": self._grow,
            "unlock": self._unlock,
            "inject": self._inject,
            "clone": self._clone,
            "open_slice": self._open_slice,
        }
        if method in own:
            return await own[method](client, *arguments)
        if method in ON_THE_STAGE:
            return await cast("Method", getattr(self._stage, method))(*arguments)
        raise BrokenDovetailError(f"the stage does not offer {method}")

    async def _join(self, client: Client, is_holder: object) -> StageInfo:
        if self._teardown is not None or self.ended.is_set():
            raise StageLostError
        client.is_holder = is_holder is True
        self._was_held = self._was_held or client.is_holder
        if client.sink is None:
            client.sink = lambda event: self._tell(client, event)
            self._stage.listen(client.sink)
        return self._info

    async def _settle(self, _: Client) -> None:
        await asyncio.shield(self._opening)

    async def _adopt(self, client: Client, order: StageOrder) -> tuple[str, ...]:
        """Become what is ordered, but once for all who share the order: the first of them works on it already."""
        await asyncio.shield(self._opening)
        async with self._adopting:
            if order.share and any(other.share == order.share for other in self._clients):
                return ()
            changed = await self._stage.adopt(order)
            client.share = order.share
            return changed

    async def _leave(self, client: Client) -> tuple[str, ...]:
        client.is_holder = False
        if self._is_unheld():
            return await self.tear_down()
        await self._release(client)
        return ()

    async def _down(self, _: Client) -> tuple[str, ...]:
        return await self.tear_down()

    async def _lock(self, client: Client, owner: str, wish: LockWish) -> None:
        client.owners.add(owner)
        await self._stage.lock(f"{client.number}/{owner}", wish)

    async def _grow(self, client: Client, owner: str, wish: LockWish) -> bool:
        client.owners.add(owner)
        return await self._stage.grow(f"{client.number}/{owner}", wish)

    async def _unlock(self, client: Client, owner: str, kept: frozenset[str]) -> None:
        if not kept:
            client.owners.discard(owner)
        await self._stage.unlock(f"{client.number}/{owner}", kept)

    async def _inject(self, client: Client, order: FaultOrder, seconds: float | None, owner: str) -> str:
        lease = await self._stage.inject(order, seconds, owner)
        client.leases.add(lease)
        return lease

    async def _clone(self, client: Client, service: str, name: str) -> object:
        client.clones.add((service, name))
        return await self._stage.clone(service, name)

    async def _open_slice(self, client: Client, name: str, services: frozenset[str]) -> None:
        client.slices.add(name)
        await self._stage.open_slice(name, services)

    def _lose(self, client: Client) -> None:
        if client not in self._clients:
            return
        self._clients.discard(client)
        client.channel = None
        if client.sink is not None:
            self._stage.means.hub.forget(client.sink)
        for task in tuple(client.tasks.values()):
            task.cancel()
        farewell = asyncio.create_task(self._release(client), name=f"release client {client.number}")
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)
        if client.is_holder and self._is_unheld():
            self.ended.set()

    async def _release(self, client: Client) -> None:
        """Give back what a client held; one that comes too late finds nothing, and one that fails holds up no other."""
        for owner in tuple(client.owners):
            await self._stage.unlock(f"{client.number}/{owner}")
        for lease in tuple(client.leases):
            await self._stage.lift(lease)
        for name in tuple(client.slices):
            await self._try(self._stage.close_slice(name))
            client.slices.discard(name)
        for service, name in tuple(client.clones):
            await self._try(self._stage.drop(service, name))
            client.clones.discard((service, name))

    async def _try(self, giving: Awaitable[None]) -> None:
        try:
            await giving
        except DovetailError as failure:
            self._stage.means.hub.note(f"what somebody who left had held was not given back: {failure}", "warning")

    def _is_unheld(self) -> bool:
        is_up = self._opening.done() and not self._opening.cancelled() and self._opening.exception() is None
        is_kept = self._info.is_kept and is_up
        return not is_kept and self._was_held and not any(client.is_holder for client in self._clients)

    def _tell(self, client: Client, event: Event) -> None:
        channel = client.channel
        if channel is None or (isinstance(event, LogWritten | ExchangeSeen) and channel.backlog > MOST_UNREAD):
            return
        if not client.unsent:
            asyncio.get_running_loop().call_soon(self._flush, client)
        client.unsent.append(event)

    def _flush(self, client: Client) -> None:
        if client.unsent and client.channel is not None:
            events, client.unsent = client.unsent, []
            client.channel.send(0, "events", write_events(events))
