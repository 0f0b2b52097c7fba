"""What a check pays for data of its own: a transaction rolled back, a private copy, data set back; server starts."""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.table import Row, present
from dovetail.model.address import Address
from dovetail.model.system import Probe, Service
from dovetail.plugin.driver import Act, Target
from dovetail.plugin.launcher import Launch, Launcher, LaunchOrder
from dovetail.plugin.prober import Prober
from dovetail.plugin.sandbox import Sandbox
from dovetail.tech.postgres.connection import connect
from dovetail.tech.postgres.driver import driver
from dovetail.tech.postgres.launcher import launcher as postgres_launcher
from dovetail.tech.postgres.prober import prober as postgres_prober
from dovetail.tech.postgres.sandbox import sandbox as postgres_sandbox
from dovetail.tech.redis.launcher import launcher as redis_launcher
from dovetail.tech.redis.prober import prober as redis_prober
from dovetail.tech.redis.sandbox import sandbox as redis_sandbox

USER = "nobody" if os.geteuid() == 0 else ""
STARTS = 5
COPIES = 15
TURNS = 100
TABLES = 20
PATIENCE = 60.0
WORK = 0.1
MEMORY = Path("/dev") / "shm"
TABLE = """
create table tNUMBER (id serial primary key, note text);
insert into tNUMBER (note) select 'note' from generate_series(1, 10);
"""
INSERT = Act("postgres.query", "insert into t0 (note) values ('x')")


@dataclass(frozen=True, slots=True)
class Trade:
    """A server's technology, as the bench starts it."""

    service: Service
    launcher: Launcher
    prober: Prober


POSTGRES = Trade(Service("orders-db", "postgres"), postgres_launcher(), postgres_prober())
REDIS = Trade(Service("cache", "redis"), redis_launcher(), redis_prober())


def measure() -> tuple[Row, ...]:
    return asyncio.run(_measure())


async def _measure() -> tuple[Row, ...]:
    with _folder() as folder:
        rows = [
            Row(f"{trade.service.technology} start", await _time_starts(trade, folder), unit="ms")
            for trade in (POSTGRES, REDIS)
        ]
        async with _started(POSTGRES, folder) as (address, _):
            rows += await _measure_postgres(address)
        async with _started(REDIS, folder) as (address, _):
            copy = await _time_copies(redis_sandbox(), address)
            rows.append(Row("redis database of its own, made and dropped", copy, unit="ms", at_most=50))
    return tuple(rows)


async def _measure_postgres(address: Address) -> list[Row]:
    await _make_tables(address)
    shared = await _time_turns(address, is_rolled_back=False)
    rolled_back = await _time_turns(address, is_rolled_back=True)
    sandbox = postgres_sandbox()
    await sandbox.freeze(address)
    copy = await _time_copies(sandbox, address)
    reset = await _time(lambda: sandbox.reset(address), COPIES)
    return [
        Row("postgres rollback, added to a check", rolled_back - shared, unit="ms", at_most=2),
        Row("postgres database of its own, made and dropped", copy, unit="ms", at_most=50),
        Row(f"postgres set back, {TABLES} tables", reset, unit="ms"),
    ]


async def _time(act: Callable[[], Awaitable[object]], times: int) -> float:
    """Return the median in milliseconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        await act()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


async def _time_starts(trade: Trade, folder: Path) -> float:
    """Time from nothing to the first answer, once the cache is warm."""
    took = []
    for _ in range(STARTS + 1):
        async with _started(trade, folder) as (_, seconds):
            took.append(seconds * 1000)
    return median(took[1:])


async def _time_turns(address: Address, *, is_rolled_back: bool) -> float:
    """Time one check's conversation: open, one insert, close."""
    ours = driver()

    async def turn() -> None:
        session = await ours.connect(Target("orders-db", address, is_rolled_back=is_rolled_back))
        await session.perform(INSERT, PATIENCE)
        await session.close()

    await turn()
    took = await _time(turn, TURNS)
    await ours.close()
    return took


async def _time_copies(sandbox: Sandbox, address: Address) -> float:
    """Time making and dropping a copy, with a check's work in between."""
    took = []
    for number in range(COPIES):
        began = time.perf_counter()
        await sandbox.clone(address, f"check-{number}")
        made = time.perf_counter()
        await asyncio.sleep(WORK)
        dropping = time.perf_counter()
        await sandbox.drop(address, f"check-{number}")
        took.append((made - began + time.perf_counter() - dropping) * 1000)
    return median(took)


async def _make_tables(address: Address) -> None:
    connection = await connect(address)
    for number in range(TABLES):
        (await connection.run(TABLE.replace("NUMBER", str(number)))).must()
    await connection.close()


@contextmanager
def _folder() -> Iterator[Path]:
    """Stand where the environment lets servers stand: in memory where there is room."""
    with tempfile.TemporaryDirectory(prefix="dovetail-bench-", dir=MEMORY if MEMORY.is_dir() else None) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@asynccontextmanager
async def _started(trade: Trade, folder: Path) -> AsyncIterator[tuple[Address, float]]:
    """Start a server in a folder of its own; yields its address and how many seconds that took."""
    home = Path(tempfile.mkdtemp(dir=folder))
    cache = folder / "cache"
    if USER:
        shutil.chown(home, USER)
    began = time.perf_counter()
    launch = await trade.launcher.prepare(LaunchOrder(trade.service, home, _free_port(), cache, home, USER))
    process = _spawn(launch)
    try:
        await _wait(trade, launch.address)
        yield launch.address, time.perf_counter() - began
    finally:
        process.send_signal(launch.stop)
        process.wait(PATIENCE)
        shutil.rmtree(home)


def _spawn(launch: Launch) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        launch.command,
        cwd=launch.folder,
        env={**os.environ, **launch.environment},
        user=launch.user or None,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


async def _wait(trade: Trade, address: Address) -> None:
    deadline = time.perf_counter() + PATIENCE
    while time.perf_counter() < deadline:
        if (await trade.prober.probe(address, Probe("technology"), 1)).is_ready:
            return
        await asyncio.sleep(0.002)
    raise TimeoutError


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    present(measure())
