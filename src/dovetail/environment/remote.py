"""A client of a stage in another process; fulfils `Stage` over a unix socket.

Made by `opening` and `attendance`.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable
from typing import cast

from dovetail.environment.channel import Channel, Frame, read_error, read_events
from dovetail.environment.order import StageInfo, StageOrder
from dovetail.environment.request import read_result
from dovetail.environment.stage import LockWish, LogLine, ServiceState, Sink
from dovetail.errors import Problem, StageError, StageLostError
from dovetail.model.address import Address
from dovetail.model.check import FaultOrder
from dovetail.model.event import Event, ServiceChanged, TornDown
from dovetail.model.exchange import Exchange

SECONDS_TO_ANSWER = 10.0
SECONDS_TO_END = 15.0
Proof = Callable[[], Awaitable[tuple[str, ...]]]


def end_frozen(info: StageInfo) -> None:
    """Kill the process of a stage that is there and answers nobody; its reaper sees to the rest."""
    with contextlib.suppress(OSError):
        if info.pid:
            os.kill(info.pid, signal.SIGKILL)


async def _prove_nothing() -> tuple[str, ...]:
    return ()


def _let_go(answer: "asyncio.Future[object]") -> None:
    """Leave an answer that nobody waits for any more, also one that came as an error in that moment."""
    if not answer.cancel() and not answer.cancelled():
        answer.exception()


class RemoteStage:
    """`info` says which stage it is; `is_lost` that it ended before it was left or taken down.

    `prove` is asked, after the stage has ended, what is left of it.
    """

    def __init__(self, prove: Proof = _prove_nothing) -> None:
        self.info: StageInfo | None = None
        self._prove = prove
        self._channel = Channel(self._hear, self._lose)
        self._answers: dict[int, asyncio.Future[object]] = {}
        self._count = 0
        self._sinks: list[Sink] = []
        self._unheard: list[Event] = []
        self._latest: dict[str, ServiceChanged] = {}
        self._is_lost = False
        self._is_torn_down = False
        self._has_left = False
        self.on_loss: Callable[[], None] | None = None

    @property
    def is_lost(self) -> bool:
        return self._is_lost and not self._has_left

    async def connect(self, socket: str, *, is_holder: bool) -> StageInfo:
        """Join the stage behind `socket`; as a holder, keep it up until leaving."""
        try:
            await asyncio.get_running_loop().create_unix_connection(lambda: self._channel, socket)
            self.info = cast("StageInfo", await self._ask_within(SECONDS_TO_ANSWER, "join", is_holder))
        except OSError as error:
            self._channel.close()
            why = error.strerror or f"it has said nothing for {SECONDS_TO_ANSWER:g} s"
            what = f"the environment behind {socket} does not answer: {why}"
            raise StageError(Problem(what, "end it: dovetail down")) from error
        except BaseException:
            self._channel.close()
            raise
        return self.info

    async def settle(self) -> None:
        """Wait until everything is ready; raises NotReadyError where that can never be."""
        await self._ask("settle")

    async def adopt(self, order: StageOrder) -> tuple[str, ...]:
        """Have the stage become what `order` says; returns the services that were started for it."""
        return cast("tuple[str, ...]", await self._ask("adopt", order))

    async def down(self) -> tuple[str, ...]:
        """Tear the stage down, whoever keeps it; returns what remains."""
        return await self._finish("down")

    async def address(self, service: str, slice_name: str = "") -> Address:
        return cast("Address", await self._ask("address", service, slice_name))

    async def lock(self, owner: str, wish: LockWish) -> None:
        await self._ask("lock", owner, wish)

    async def grow(self, owner: str, wish: LockWish) -> bool:
        return cast("bool", await self._ask("grow", owner, wish))

    async def unlock(self, owner: str, kept: frozenset[str] = frozenset()) -> None:
        await self._ask_soon("unlock", owner, kept)

    async def inject(self, order: FaultOrder, seconds: float | None, owner: str = "") -> str:
        return cast("str", await self._ask("inject", order, seconds, owner))

    async def lift(self, lease: str) -> None:
        await self._ask_soon("lift", lease)

    async def steer(self, service: str, verb: str) -> None:
        await self._ask("steer", service, verb)

    async def calls(self, edge: str, since: float) -> tuple[Exchange, ...]:
        return cast("tuple[Exchange, ...]", await self._ask_soon("calls", edge, since))

    async def logs(self, service: str = "", since: float = 0.0) -> tuple[LogLine, ...]:
        return cast("tuple[LogLine, ...]", await self._ask_soon("logs", service, since))

    async def states(self) -> tuple[ServiceState, ...]:
        return cast("tuple[ServiceState, ...]", await self._ask_soon("states"))

    async def clone(self, service: str, name: str) -> Address:
        return cast("Address", await self._ask("clone", service, name))

    async def drop(self, service: str, name: str) -> None:
        await self._ask("drop", service, name)

    async def reset(self, services: frozenset[str]) -> None:
        await self._ask("reset", services)

    async def open_slice(self, name: str, services: frozenset[str]) -> None:
        await self._ask("open_slice", name, services)

    async def close_slice(self, name: str) -> None:
        await self._ask("close_slice", name)

    def listen(self, sink: Sink) -> None:
        """Hand every event to `sink`; the first listener also gets what came before, a later one how services stand."""
        past = tuple(self._latest.values() if self._sinks else self._unheard)
        self._sinks.append(sink)
        self._unheard.clear()
        for event in past:
            sink(event)

    def close(self) -> None:
        """Drop the connection without a word, as a process that dies does."""
        self._channel.close()

    def disown(self) -> None:
        """Leave the connection to the process that forked this one off, so that it ends with that."""
        self._channel.disown()

    async def leave(self) -> tuple[str, ...]:
        return await self._finish("leave")

    async def _finish(self, method: str) -> tuple[str, ...]:
        if self._is_lost:
            return await self._prove_lost()
        try:
            remains = cast("tuple[str, ...]", await self._ask_within(SECONDS_TO_END, method))
        except TimeoutError:
            is_ended = self._give_up(is_ended=method == "down")
            return await self._prove_lost() if is_ended else ("an environment that does not answer",)
        except StageError:
            return await self._prove_lost()
        self._has_left = True
        self._channel.close()
        return (*remains, *await self._prove()) if self._is_torn_down else remains

    def _give_up(self, *, is_ended: bool = False) -> bool:
        """Let go of a stage that does not answer; tells whether it was ended, as one that is kept only is on demand."""
        self._channel.close()
        if self.info is None or (self.info.is_kept and not is_ended):
            return False
        end_frozen(self.info)
        return True

    async def _prove_lost(self) -> tuple[str, ...]:
        self._is_lost = True
        self._channel.close()
        return await self._prove()

    async def _ask(self, method: str, *arguments: object) -> object:
        return await self._ask_within(None, method, *arguments)

    async def _ask_soon(self, method: str, *arguments: object) -> object:
        """Ask what a stage can always answer at once; one that does not is lost."""
        try:
            return await self._ask_within(SECONDS_TO_END, method, *arguments)
        except TimeoutError:
            self._give_up()
            raise StageLostError from None

    async def _ask_within(self, seconds: float | None, method: str, *arguments: object) -> object:
        """Raise TimeoutError where no answer came in time; one that waited while we were stopped ourselves did."""
        if self._is_lost:
            raise StageLostError
        self._count += 1
        number = self._count
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        self._channel.send(number, method, arguments)
        try:
            if seconds is not None:
                await asyncio.wait((answer,), timeout=seconds)
                if not answer.done():
                    raise TimeoutError
            return read_result(method, await answer)
        except asyncio.CancelledError:
            self._channel.send(number, "cancel", ())
            raise
        finally:
            self._answers.pop(number, None)
            _let_go(answer)

    def _hear(self, frame: Frame) -> None:
        number, word, content = frame
        if word == "events":
            for event in read_events(content):
                self._tell(event)
            return
        answer = self._answers.get(number)
        if answer is None or answer.done():
            return
        if word == "ok":
            answer.set_result(content)
        else:
            answer.set_exception(read_error(content))

    def _tell(self, event: Event) -> None:
        self._is_torn_down = self._is_torn_down or isinstance(event, TornDown)
        if isinstance(event, ServiceChanged):
            self._latest[event.service] = event
        if not self._sinks:
            self._unheard.append(event)
        for sink in self._sinks:
            sink(event)

    def _lose(self) -> None:
        self._is_lost = True
        if self.is_lost and self.on_loss is not None:
            self.on_loss()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(StageLostError())
