"""Measures the environment: all services against the slowest alone, a warm stage joined, teardown with its proof."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

from msgspec.structs import replace

from bench.table import Row, present
from dovetail.app.parts import build_registry
from dovetail.app.stage_process import COMMAND
from dovetail.environment.opening import open_stage
from dovetail.environment.order import StageOrder
from dovetail.environment.stage import Stage
from dovetail.model.event import Event, ServiceChanged, TornDown
from dovetail.model.system import Edge, Probe, Service, System

ROUNDS = 5
SERVE = """
import socket, sys, time
time.sleep(float(sys.argv[2]))
door = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    client, _ = door.accept()
    client.close()
"""
WAITS = {"gateway": 0.05, "users": 0.2, "orders": 0.4, "payments": 0.3, "mail": 0.1, "search": 0.6}


def service(name: str, wait: float, *uses: str) -> Service:
    """A small program that needs `wait` seconds before it listens."""
    edges = tuple(Edge(name, target, "http", address=f"{target.upper()}_URL", is_awaited=False) for target in uses)
    run = f"{sys.executable} -S serve.py {{{{ port }}}} {wait}"
    return Service(name, run=run, uses=edges, ready=(Probe("tcp"),))


def make_system(folder: str) -> System:
    services = [service(name, wait) for name, wait in WAITS.items()]
    services[0] = service("gateway", WAITS["gateway"], "users", "orders", "payments")
    return System("bench", folder, services=tuple(services))


async def timed(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def take_round(order: StageOrder) -> tuple[float, float, float]:
    """Return how long all needed after the slowest one's own start, and how long teardown and leaving took."""
    events: list[Event] = []
    began = time.time()
    stage = await open_stage(order, build_registry(), COMMAND, events.append)
    first = min(event.at for event in events if isinstance(event, ServiceChanged))
    all_ready = max(event.at for event in events if isinstance(event, ServiceChanged) and event.state == "ready")
    leaving = await timed(stage.leave())
    remains = [event.remains for event in events if isinstance(event, TornDown)]
    if remains != [()]:
        raise RuntimeError(f"something was left: {remains}")
    return all_ready - first, first - began, leaving


async def repeat(take: Callable[[], Awaitable[tuple[float, ...]]]) -> tuple[float, ...]:
    taken = [await take() for _ in range(ROUNDS)]
    return tuple(median(column) for column in zip(*taken, strict=True))


async def join(order: StageOrder) -> tuple[float]:
    """Return how long a second command needs until it can use a stage that is kept."""
    began = time.perf_counter()
    stage: Stage = await open_stage(order, build_registry(), COMMAND)
    took = time.perf_counter() - began
    await stage.leave()
    return (took,)


async def compare(folder: str) -> tuple[Row, ...]:
    system = make_system(folder)
    slowest = max(WAITS, key=lambda name: WAITS[name])
    everything = StageOrder(system)
    ready, coming_up, leaving = await repeat(lambda: take_round(everything))
    alone, _, _ = await repeat(lambda: take_round(replace(everything, services=frozenset({slowest}))))
    kept = replace(everything, is_kept=True)
    await join(kept)
    (joining,) = await repeat(lambda: join(kept))
    last = await open_stage(kept, build_registry(), COMMAND)
    await last.down()  # type: ignore[attr-defined]  # a stage that is kept is remote
    return (
        Row("six services ready", ready * 1000, alone * 1000, "ms", "the slowest alone", at_most=1.3, aim=1.0),
        Row("stage process up", coming_up * 1000, unit="ms"),
        Row("joining a warm stage", joining * 1000, unit="ms", at_most=60),
        Row("teardown with its proof", leaving * 1000, unit="ms", at_most=1000),
    )


def measure() -> tuple[Row, ...]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "serve.py").write_text(SERVE, encoding="utf-8")
        return asyncio.run(compare(folder))


if __name__ == "__main__":
    present(measure())
