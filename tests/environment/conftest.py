"""Small real services, a runtime folder of the test's own, and stages that end with the test."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from secrets import SystemRandom, token_hex
from typing import Any

import pytest
from msgspec.structs import replace

from dovetail.app.parts import build_registry
from dovetail.app.stage_process import COMMAND
from dovetail.environment.ground import Plot, lay_ground, take
from dovetail.environment.hosting import make_means
from dovetail.environment.live import LiveStage
from dovetail.environment.means import Means
from dovetail.environment.opening import open_stage
from dovetail.environment.order import Brief, StageOrder, encode
from dovetail.environment.reaper import read_environment
from dovetail.environment.stage import Stage
from dovetail.model.event import Event, ServiceChanged
from dovetail.model.system import Edge, Probe, Service, System

PATIENCE = 30.0

SERVE = """
import os, socket, sys, time
port, options = int(sys.argv[1]), sys.argv[2:]
time.sleep(float(os.environ.get("SLOW", "0")))
if "daemonize" in options and os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    while True:
        time.sleep(60)
door = socket.socket()
door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
door.bind(("127.0.0.1", port))
door.listen(64)
print("listening on", port, flush=True)
while True:
    client, _ = door.accept()
    try:
        text = client.recv(4096).decode()
    except OSError:
        continue
    if "exit" in text:
        print("asked to exit", flush=True)
        os._exit(7)
    body = "\\n".join(f"{name}={value}" for name, value in os.environ.items())
    try:
        client.sendall(f"HTTP/1.0 200 OK\\r\\ncontent-length: {len(body)}\\r\\n\\r\\n{body}".encode())
    except OSError:
        pass
    client.close()
"""

OWNER = """
import asyncio, sys
from pathlib import Path
from dovetail.app.parts import build_registry
from dovetail.app.stage_process import COMMAND
from dovetail.environment.opening import open_stage
from dovetail.environment.order import StageOrder, decode

async def own():
    order = decode(StageOrder, Path(sys.argv[1]).read_bytes())
    stage = await open_stage(order, build_registry(), COMMAND)
    print(stage.info.id, flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(await stage.leave(), flush=True)

asyncio.run(own())
"""


@dataclass
class Yard:
    """A project folder with its programs, and what makes systems and stages of them."""

    folder: Path
    ground: Path
    events: list[Event] = field(default_factory=list)
    leases: list[int] = field(default_factory=list)

    def service(self, name: str, *uses: str, options: str = "", **words: Any) -> Service:
        edges = tuple(Edge(name, target, "http", address=f"{target.upper()}_URL") for target in uses)
        run = f"{sys.executable} -S serve.py {{{{ port }}}} {options}"
        return replace(Service(name, run=run, uses=edges, ready=(Probe("tcp"),), start_timeout=PATIENCE), **words)

    def order(self, *services: Service, **words: Any) -> StageOrder:
        return StageOrder(System("yard", str(self.folder), services=services), **words)

    @contextlib.asynccontextmanager
    async def stage(self, *services: Service, **words: Any) -> AsyncIterator[Stage]:
        stage = await open_stage(self.order(*services, **words), build_registry(), COMMAND, self.events.append)
        try:
            yield stage
        finally:
            await stage.leave()

    def means(self, order: StageOrder, name: str = "test") -> Means:
        plot = Plot(self.ground, name)
        lease = take(plot.lease)
        assert lease is not None
        self.leases.append(lease)
        return make_means(
            Brief(name, str(self.ground), str(self.ground), order), plot, build_registry(), SystemRandom()
        )

    @contextlib.asynccontextmanager
    async def live(self, *services: Service, **words: Any) -> AsyncIterator[LiveStage]:
        order = self.order(*services, **words)
        means = self.means(order, token_hex(6))
        stage = LiveStage(means, order)
        stage.listen(self.events.append)
        try:
            await stage.open()
            yield stage
        finally:
            await stage.leave()
            means.lease.close()

    def states(self, service: str) -> list[str]:
        return [e.state for e in self.events if isinstance(e, ServiceChanged) and e.service == service]


@pytest.fixture
def yard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    short = Path(tempfile.mkdtemp(prefix="dt-", dir="/tmp"))
    short.chmod(0o711)
    monkeypatch.setattr(tempfile, "tempdir", str(short))
    (tmp_path / "serve.py").write_text(SERVE, encoding="utf-8")
    (tmp_path / "owner.py").write_text(OWNER, encoding="utf-8")
    yard = Yard(tmp_path, lay_ground())
    yield yard
    for lease in yard.leases:
        os.close(lease)
    shutil.rmtree(short)


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool]], None]:
    """Wait for a state, with a deadline."""

    def wait(is_so: Callable[[], bool], seconds: float = PATIENCE) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, "the awaited state never came"
            time.sleep(0.01)

    return wait


@pytest.fixture
def sleeper(wait_for: Callable[[Callable[[], bool]], None]) -> Callable[..., "subprocess.Popen[bytes]"]:
    """Start a process that only sleeps, with these variables; they can be read a moment later than it has begun."""

    def start(**variables: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(["sleep", "60"], env={**os.environ, **variables})
        wait_for(lambda: read_environment(process.pid) != [b""])
        return process

    return start


def ask(port: int, text: str = "GET / HTTP/1.0\r\n\r\n") -> str:
    """Speak to a service of the yard from a thread of its own."""
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(text.encode())
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    return answer.decode()


@pytest.fixture
def spoken() -> Callable[..., "asyncio.Future[str]"]:
    def speak(port: int, text: str = "GET / HTTP/1.0\r\n\r\n") -> "asyncio.Future[str]":
        return asyncio.ensure_future(asyncio.to_thread(ask, port, text))

    return speak


@dataclass
class Owner:
    """A process that opened a stage, as a command would."""

    process: "subprocess.Popen[str]"
    stage: str

    def leave(self) -> str:
        said, _ = self.process.communicate("\n", timeout=PATIENCE)
        return said.strip()


@pytest.fixture
def start_owner(yard: Yard) -> Iterator[Callable[[StageOrder], Owner]]:
    started: list[subprocess.Popen[str]] = []

    def start(order: StageOrder) -> Owner:
        path = yard.folder / f"order-{len(started)}.json"
        path.write_bytes(encode(order))
        process = subprocess.Popen(
            [sys.executable, str(yard.folder / "owner.py"), str(path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "TMPDIR": str(yard.ground.parent)},
        )  # fmt: skip
        started.append(process)
        assert process.stdout is not None
        return Owner(process, process.stdout.readline().strip())

    yield start
    for process in started:
        process.kill()
        process.communicate()
