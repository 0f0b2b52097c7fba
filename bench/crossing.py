"""Both ends of a wire and our proxy between, each a program of its own; `bench.edge` times the crossing.

Ends are plain epoll loops, so that they cost as little as Python can: what is measured is what stands between.
"""

import asyncio
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

import uvloop

from bench.talk import PING, TALKS, Talk
from dovetail.edge.proxy import Fittings, open_edge
from dovetail.model.address import Address
from dovetail.model.check import FaultOrder
from dovetail.model.system import Edge
from dovetail.tech.http import tap as http
from dovetail.tech.postgres import tap as postgres
from dovetail.tech.redis import tap as redis

HOST = "127.0.0.1"
PIECE = 1 << 18
SINK = b"S"
DELAY = 0.02
BEGINNING = 12  # of an answer, the same whoever passes it on: "HTTP/1.1 200"


TAPS = {"http": http, "postgres": postgres, "redis": redis}


def run_origin() -> None:
    """Answer what is asked in one of the talks, HTTP in anyone's spelling, and echo all else.

    All that comes after an S is swallowed, which is said at its end.
    """
    answers = {ask: talk.answer for talk in TALKS.values() for ask in talk.asks}
    answers |= dict(words for talk in TALKS.values() for words in talk.opening)
    listening = socket.create_server((HOST, 0), backlog=512)
    print(listening.getsockname()[1], flush=True)
    poll = select.epoll()
    poll.register(listening, select.EPOLLIN)
    streams: dict[int, socket.socket] = {}
    sinks: set[int] = set()
    buffer = bytearray(PIECE)
    view = memoryview(buffer)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == listening.fileno():
                stream, _ = listening.accept()
                stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                streams[stream.fileno()] = stream
                poll.register(stream, select.EPOLLIN)
                continue
            stream = streams[descriptor]
            try:
                count = stream.recv_into(buffer)
            except ConnectionError:
                count = 0
            if not count:
                _leave(stream, is_sink=descriptor in sinks)
                del streams[descriptor]
                sinks.discard(descriptor)
            elif descriptor not in sinks and buffer[0] == SINK[0]:
                sinks.add(descriptor)
            elif descriptor not in sinks:
                said = bytes(view[:count])
                stream.sendall(TALKS["http"].answer if said[:4] == b"GET " else answers.get(said, said))


def _leave(stream: socket.socket, *, is_sink: bool) -> None:
    try:
        if is_sink:
            stream.sendall(b"done")
    except ConnectionError as gone:
        print(gone, file=sys.stderr)
    stream.close()


async def run_proxy(port: int, kind: str) -> None:
    fittings = Fittings(tap=TAPS[kind].tap() if kind in TAPS else None)
    proxy = await open_edge(Edge("bench", "origin", kind), Address(HOST, port), lambda _: None, fittings)
    if kind == "slow":
        proxy.inject(FaultOrder("bench -> origin", "latency", {"delay": DELAY}), 3600)
    print(proxy.door.port, flush=True)
    await asyncio.Event().wait()


@contextmanager
def program(*words: str) -> Iterator[tuple[int, int]]:
    """Start one of the programs of this module; gives its port and its process."""
    root = str(Path(__file__).parent.parent)
    with subprocess.Popen(
        (sys.executable, "-m", "bench.crossing", *words), cwd=root, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is None:
            raise RuntimeError("a program without output cannot tell its port")
        try:
            yield int(process.stdout.readline()), process.pid
        finally:
            process.kill()


def connect(port: int) -> socket.socket:
    stream = socket.create_connection((HOST, port), timeout=60)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return stream


def ping(port: int, times: int) -> list[float]:
    """Return how long each of some round trips of 200 bytes took."""
    taken = []
    with connect(port) as stream:
        for _ in range(times):
            start = time.perf_counter()
            stream.sendall(PING.asks[0])
            left = len(PING.answer)
            while left:
                left -= len(stream.recv(left))
            taken.append(time.perf_counter() - start)
    return taken


def set_up(port: int, times: int) -> list[float]:
    """Return how long it takes to connect and to get one byte back."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        with connect(port) as stream:
            stream.sendall(b"x")
            stream.recv(1)
            taken.append(time.perf_counter() - start)
    return taken


def pour(port: int, size: int) -> float:
    """Return bytes a second of one connection, one way."""
    block = bytes(PIECE)
    with connect(port) as stream:
        stream.sendall(SINK)
        time.sleep(0.05)
        start = time.perf_counter()
        for _ in range(size // PIECE):
            stream.sendall(block)
        stream.shutdown(socket.SHUT_WR)
        stream.recv(4)
        return size / (time.perf_counter() - start)


def crowd(port: int, talk: Talk, connections: int, seconds: float) -> tuple[int, float]:
    """Ask over many connections at once; return how many answers came, and in how long."""
    poll = select.epoll()
    streams = {stream.fileno(): stream for stream in (_enter(port, talk) for _ in range(connections))}
    for stream in streams.values():
        poll.register(stream, select.EPOLLIN)
        stream.sendall(talk.asks[0])
    answers, start = 0, time.perf_counter()
    until = start + seconds
    while time.perf_counter() < until:
        for descriptor, _ in poll.poll():
            stream = streams[descriptor]
            said = stream.recv(65536)
            if len(said) < len(talk.answer) or said[:BEGINNING] != talk.answer[:BEGINNING]:
                raise ConnectionError(f"the proxy hung up, tore an answer apart or made one of its own: {said[:60]!r}")
            answers += 1
            stream.sendall(talk.asks[answers % len(talk.asks)])
    took = time.perf_counter() - start
    for stream in streams.values():
        stream.close()
    return answers, took


def _enter(port: int, talk: Talk) -> socket.socket:
    stream = connect(port)
    for ask, answer in talk.opening:
        stream.sendall(ask)
        left = len(answer)
        while left:
            left -= len(stream.recv(left))
    return stream


def processor_seconds(process: int) -> float:
    """Return how long the threads of a process have kept processors busy; ticks of the clock would be too coarse."""
    tasks = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9


def shuffled(names: Sequence[str], chance: Random) -> list[str]:
    """Return the names in a new order, so that no peer is always measured first."""
    return chance.sample(list(names), len(names))


if __name__ == "__main__":
    if sys.argv[1] == "origin":
        run_origin()
    else:
        uvloop.run(run_proxy(int(sys.argv[2]), sys.argv[3]))
