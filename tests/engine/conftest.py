"""A real HTTP service and a stage in this process: what the engine needs of a house to be played in."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace

from dovetail.engine.cast import Cast, gather_knowledge
from dovetail.engine.plan import PlanOrder, make_plan
from dovetail.engine.play import Play, describe_doors
from dovetail.engine.run import RunOrder, run_plan
from dovetail.engine.stop import Stop
from dovetail.engine.verdict import Tally
from dovetail.environment.stage import LockWish, LogLine, ServiceState, Sink
from dovetail.errors import DovetailError, Problem, StageError, StageLostError, UnreadError
from dovetail.model.address import Address
from dovetail.model.check import Action, Check, FaultOrder, Step, Suite
from dovetail.model.event import AttemptEnded, CheckEnded, Event, StepEnded
from dovetail.model.exchange import Exchange
from dovetail.model.outcome import StepOutcome
from dovetail.model.system import Edge, Service, System
from dovetail.plugin.registry import Registry

SYSTEM = System(
    "shop",
    "shop",
    services=(
        Service("orders", run="x", uses=(Edge("orders", "stock", "http"),)),
        Service("stock", run="x"),
    ),
)
Reply = tuple[int, object]
Handler = Callable[[str, str, object], Coroutine[None, None, Reply]]


@dataclass
class HttpService:
    """A real server that answers as `handle` says and remembers what it was asked."""

    handle: Handler
    seen: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._answer(head.decode(), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *rest = head.splitlines()
        headers = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rest if row)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, path, _ = first.split(" ")
        self.seen.append(f"{method} {path}")
        self.traces.append(headers.get("traceparent", ""))
        status, said = await self.handle(method, path, json.loads(body) if body else None)
        text = json.dumps(said).encode()
        writer.write(
            f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(text)}\r\n\r\n".encode()
            + text
        )


@dataclass
class HouseStage:
    """Fulfils `Stage` in this process and remembers what it was asked to do.

    It refuses some of it, is lost when asked for other things, and never comes to an end with what `hangs`.
    """

    doors: dict[str, Address]
    in_slices: Address
    done: list[str] = field(default_factory=list)
    exchanges: Sequence[Exchange] = ()
    refuses: frozenset[str] = frozenset()
    loses: frozenset[str] = frozenset()
    hangs: frozenset[str] = frozenset()
    refusal: type[DovetailError] = StageError
    sinks: list[Sink] = field(default_factory=list)

    async def address(self, service: str, slice_name: str = "") -> Address:
        self.done.append(f"address {service} {slice_name}")
        return self.in_slices if slice_name else self.doors[service]

    async def lock(self, owner: str, wish: LockWish) -> None:
        self.done.append(f"lock {owner} {sorted(wish.shared)} {sorted(wish.exclusive)}")
        if "lock" in self.hangs:
            await asyncio.Event().wait()

    async def grow(self, owner: str, wish: LockWish) -> bool:
        raise AssertionError(f"{owner} asks for {wish}, but a check in YAML asks for all at once")

    async def unlock(self, owner: str, kept: frozenset[str] = frozenset()) -> None:
        assert not kept
        self.done.append(f"unlock {owner}")

    async def inject(self, order: FaultOrder, seconds: float | None, owner: str = "") -> str:
        self._do(f"inject {order.kind} on {order.edge} for {owner}")
        assert seconds is not None, "a fault of a check in YAML has an end"
        assert seconds > 0
        if "inject" in self.hangs:
            await asyncio.Event().wait()
        return f"lease of {order.kind}"

    async def lift(self, lease: str) -> None:
        self._do(f"lift {lease}")
        if "lift" in self.hangs:
            await asyncio.Event().wait()

    async def steer(self, service: str, verb: str) -> None:
        self._do(f"{verb} {service}")

    async def calls(self, edge: str, since: float) -> tuple[Exchange, ...]:
        if "calls" in self.refuses:
            raise UnreadError(Problem(f"the calls of {edge} cannot be counted", "speak plaintext"))
        return tuple(call for call in self.exchanges if call.edge == edge and call.started_at >= since)

    async def logs(self, service: str = "", since: float = 0.0) -> tuple[LogLine, ...]:
        return (LogLine(since, service, ""),)

    async def states(self) -> tuple[ServiceState, ...]:
        if "states" in self.loses:
            raise StageLostError
        return tuple(ServiceState(name, "http", "ready") for name in self.doors)

    async def clone(self, service: str, name: str) -> Address:
        self._do(f"clone {service} as {name}")
        return self.doors[service]

    async def drop(self, service: str, name: str) -> None:
        self._do(f"drop {service} {name}")

    async def reset(self, services: frozenset[str]) -> None:
        self._do(f"reset {', '.join(sorted(services))}")

    async def open_slice(self, name: str, services: frozenset[str]) -> None:
        self._do(f"open slice {name} of {', '.join(sorted(services))}")

    async def close_slice(self, name: str) -> None:
        self._do(f"close slice {name}")

    def listen(self, sink: Sink) -> None:
        self.sinks.append(sink)

    async def leave(self) -> tuple[str, ...]:
        return ()

    def _do(self, what: str) -> None:
        self.done.append(what)
        verb = what.split(" ", 1)[0]
        if verb in self.loses:
            raise StageLostError
        if verb in self.refuses:
            raise self.refusal(f"cannot {what}")


@dataclass
class Outcome:
    """All that came of playing some checks."""

    events: list[Event]
    tally: Tally
    stage: HouseStage
    service: HttpService
    play: Play
    in_slices: HttpService

    def ended(self, check: str) -> CheckEnded:
        return next(e for e in self.events if isinstance(e, CheckEnded) and e.check == check)

    def attempts(self, check: str) -> list[AttemptEnded]:
        return [e for e in self.events if isinstance(e, AttemptEnded) and e.check == check]

    def steps(self, check: str) -> list[StepOutcome]:
        return [e.step for e in self.events if isinstance(e, StepEnded) and e.check == check]


@dataclass
class House:
    """Plays checks against a fresh real service; `handle` is what the service answers."""

    handle: Handler
    system: System = SYSTEM
    agents: int = 4
    timeout: float = 20.0
    retry: int = 0
    is_fail_fast: bool = False
    is_stage_shared: bool = False
    refuses: frozenset[str] = frozenset()
    loses: frozenset[str] = frozenset()
    hangs: frozenset[str] = frozenset()
    refusal: type[DovetailError] = StageError
    exchanges: Sequence[Exchange] = ()
    meanwhile: Callable[[Play], Coroutine[None, None, None]] | None = None

    def play(self, *checks: Check) -> Outcome:
        return asyncio.run(self._play(checks))

    async def _play(self, checks: tuple[Check, ...]) -> Outcome:
        service, in_slices = HttpService(self.handle), HttpService(self.handle)
        events: list[Event] = []
        registry = Registry(("dovetail.tech.http",))
        async with serve(service) as address, serve(in_slices) as apart:
            doors = {s.name: address for s in self.system.services}
            stage = HouseStage(doors, apart, [], self.exchanges, self.refuses, self.loses, self.hangs, self.refusal)
            cast = Cast(registry, stage, self.system)
            play = Play(
                self.system,
                stage,
                cast,
                events.append,
                time.time,
                "5eed",
                self.timeout,
                self.retry,
                stage.doors,
                describe_doors(stage.doors),
                self.is_stage_shared,
                stop=Stop(),
            )
            knowledge = gather_knowledge(registry, self.system)
            order = PlanOrder(seed="5eed", is_stage_shared=self.is_stage_shared)
            plan = make_plan(self.system, Suite(checks), knowledge, order)
            beside = asyncio.create_task(self.meanwhile(play)) if self.meanwhile else None
            await run_plan(play, plan, RunOrder(self.agents, self.is_fail_fast, "run"))
            if beside is not None:
                await beside
            await cast.close()
        tally = Tally()
        for event in events:
            if isinstance(event, CheckEnded):
                tally.count(event)
        return Outcome(events, tally, stage, service, play, in_slices)


@asynccontextmanager
async def serve(service: HttpService) -> AsyncIterator[Address]:
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    try:
        host, port = server.sockets[0].getsockname()
        yield Address(host, port, "http")
    finally:
        server.close()


async def echo(method: str, path: str, body: object) -> Reply:
    """Answer with what was asked; `/status/<n>` answers n, `/wait/<s>` waits."""
    if path.startswith("/status/"):
        return int(path.rpartition("/")[2]), {"path": path}
    if path.startswith("/wait/"):
        await asyncio.sleep(float(path.rpartition("/")[2]))
    return 200, {"method": method, "path": path, "body": body}


@pytest.fixture
def house() -> Callable[..., House]:
    def make(handle: Handler = echo, **more: Any) -> House:
        return House(handle, **more)

    return make


@pytest.fixture
def http() -> Callable[..., Step]:
    def make(request: str, on: str = "orders", **more: Any) -> Step:
        return replace(Step("http.request", on, request), **more)

    return make


@pytest.fixture
def check() -> Callable[..., Check]:
    def make(name: str, *steps: Action, **more: Any) -> Check:
        return Check(name, name, "api", steps, **more)

    return make
