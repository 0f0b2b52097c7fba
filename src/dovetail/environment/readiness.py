"""Whether a started service can be spoken to: its probes asked again and again until all say yes.

Called by an instance while its service starts.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from textwrap import shorten

from msgspec import Struct

from dovetail.environment.census import find_ports, find_strangers
from dovetail.environment.hub import Hub
from dovetail.environment.log import ServiceLog
from dovetail.environment.process import Process, Start, explain, start_process
from dovetail.errors import NotReadyError, Problem
from dovetail.model.address import Address
from dovetail.model.system import Probe, Service
from dovetail.plugin.prober import Reading
from dovetail.plugin.registry import Registry
from dovetail.plugin.script import split_words

FIRST_PAUSE = 0.002
LONGEST_PAUSE = 0.1
GROWTH = 1.5
LONGEST_QUESTION = 2.0
LONGEST_ANSWER = 120
SECONDS_OF_DOUBT = 1.5
SECONDS_ALIVE = 0.15
SECONDS_OF_SILENCE = 0.5
NAMED_PORT = re.compile(r"^(?:[A-Z]+ )?(?:\w+://)?(?:[^/\s:]+:)?(\d{2,5})(?:/|$)")
READY = Reading(is_ready=True)
WITHOUT_PORT = frozenset({"command", "log", "alive"})


class Candidate(Struct, frozen=True):
    """A service that has been started and is to become ready."""

    service: Service
    address: Address
    process: Process
    log: ServiceLog
    environment: Mapping[str, str]
    folder: Path
    since: float


class Inquiry(Struct):
    """What the last answered question brought, since when one has been waiting, if any has, and which port is asked."""

    said: str = "it never answered"
    asked_at: float = 0.0
    port: int = 0

    def tell(self) -> str:
        silence = time.monotonic() - self.asked_at if self.asked_at else 0.0
        return f"it has not answered for {silence:.1f} s" if silence >= SECONDS_OF_SILENCE else self.said


Question = Callable[[Candidate, Probe], Awaitable[Reading]]


def probes_of(service: Service, registry: Registry, *, is_port_used: bool) -> tuple[Probe, ...]:
    """Return the probes a user wrote, or else the best there is for such a service."""
    if service.ready:
        return service.ready
    if not service.is_own_code and registry.prober(service.technology) is not None:
        return (Probe("technology"),)
    if not service.is_own_code or is_port_used:
        return (Probe("tcp"),)
    return (Probe("alive"),)


async def wait_until_ready(candidate: Candidate, probes: tuple[Probe, ...], registry: Registry) -> None:
    """Return once every probe says yes; raises NotReadyError as soon as that can never be, or at the deadline."""
    inquiry = Inquiry()
    ended = candidate.process.ended
    asking = asyncio.create_task(_ask_all(candidate, probes, registry, inquiry), name=f"probe {candidate.service.name}")
    seconds = candidate.service.start_timeout
    try:
        waiting: tuple[asyncio.Future[None] | asyncio.Future[int], ...] = (asking, ended)
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            await candidate.process.drain(0.2)
            raise NotReadyError(died(candidate.service.name, ended.result(), candidate.log, "before it was ready"))
        if not asking.done():
            raise NotReadyError(_too_late(candidate, seconds, inquiry))
        asking.result()
    finally:
        asking.cancel()
        await asyncio.wait([asking])


def died(name: str, code: int, log: ServiceLog, when: str) -> Problem:
    """Tell that a process ended when it should not have, with its last lines."""
    return Problem(f"{name} {explain(code)} {when}{last_lines(log)}", f"dovetail logs {log.service}")


def last_lines(log: ServiceLog) -> str:
    return "".join(f"\n    {log.service} │ {line}" for line in log.tail())


async def _ask_all(candidate: Candidate, probes: tuple[Probe, ...], registry: Registry, inquiry: Inquiry) -> None:
    for probe in probes:
        await _ask_until_ready(candidate, probe, registry, inquiry)


async def _ask_until_ready(candidate: Candidate, probe: Probe, registry: Registry, inquiry: Inquiry) -> None:
    pause = FIRST_PAUSE
    doubted_since = 0.0
    ask = _QUESTIONS.get(probe.kind) or _question_of(candidate, probe, registry)
    inquiry.port = 0 if probe.kind in WITHOUT_PORT else _port_of(candidate, probe)
    while True:
        inquiry.asked_at = time.monotonic()
        reading = await ask(candidate, probe)
        inquiry.asked_at = 0.0
        if reading.is_ready:
            stranger = _stranger(candidate, probe)
            if not stranger:
                return
            doubted_since = doubted_since or time.monotonic()
            inquiry.said = f"port {_port_of(candidate, probe)} is answered by {stranger}"
            if time.monotonic() - doubted_since > SECONDS_OF_DOUBT:
                raise NotReadyError(_strange(candidate, _port_of(candidate, probe), stranger))
        else:
            inquiry.said = shorten(reading.why, LONGEST_ANSWER, placeholder=" …") or inquiry.said
        await asyncio.sleep(pause)
        pause = min(pause * GROWTH, LONGEST_PAUSE)


def _stranger(candidate: Candidate, probe: Probe) -> str:
    if probe.kind in WITHOUT_PORT:
        return ""
    return find_strangers(_port_of(candidate, probe), candidate.process.family())


def _port_of(candidate: Candidate, probe: Probe) -> int:
    """Return the port that a probe asks: the one it names, or else the service's."""
    named = NAMED_PORT.search(probe.subject)
    return int(named.group(1)) if named else candidate.address.port


def _question_of(candidate: Candidate, probe: Probe, registry: Registry) -> Question:
    technology = candidate.service.technology if probe.kind == "technology" else probe.kind
    prober = registry.prober(technology) if technology in {sheet.name for sheet in registry.sheets} else None
    if prober is None:
        raise NotReadyError(
            Problem(
                f"{candidate.service.name} has a probe `{probe.kind}` that nothing can ask",
                "use http, tcp, command or log",
            )
        )

    async def ask(candidate: Candidate, probe: Probe) -> Reading:
        return await prober.probe(candidate.address, probe, LONGEST_QUESTION)

    return ask


async def _ask_tcp(candidate: Candidate, probe: Probe) -> Reading:
    host, _, port = (probe.subject or candidate.address.endpoint).rpartition(":")
    try:
        async with asyncio.timeout(LONGEST_QUESTION):
            _, writer = await asyncio.open_connection(host or candidate.address.host, int(port))
    except (OSError, TimeoutError) as error:
        return Reading(is_ready=False, why=f"nothing listens on port {port} ({type(error).__name__})")
    writer.close()
    return READY


async def _ask_command(candidate: Candidate, probe: Probe) -> Reading:
    start = Start(
        f"{candidate.process.start.label}?", candidate.process.start.stage, split_words(probe.subject),
        candidate.folder, candidate.environment,
    )  # fmt: skip
    process = await start_process(start, ServiceLog(candidate.log.service, Hub()))
    try:
        async with asyncio.timeout(LONGEST_QUESTION * 5):
            code = await asyncio.shield(process.ended)
    except TimeoutError:
        return Reading(is_ready=False, why=f"`{probe.subject}` did not end")
    finally:
        if process.is_running:
            await process.kill()
        process.close()
    return READY if code == 0 else Reading(is_ready=False, why=f"`{probe.subject}` {explain(code)}")


async def _ask_log(candidate: Candidate, probe: Probe) -> Reading:
    pattern = re.compile(probe.subject)
    if any(pattern.search(line.text) for line in candidate.log.since(candidate.since)):
        return READY
    return Reading(is_ready=False, why=f"no line of its output matches {probe.subject}")


async def _ask_alive(candidate: Candidate, _: Probe) -> Reading:
    """Stand in for a probe where a service offers nothing to ask: it has to live through its first moments."""
    await asyncio.sleep(SECONDS_ALIVE)
    return Reading(is_ready=candidate.process.is_running, why="it has ended")


def _too_late(candidate: Candidate, seconds: float, inquiry: Inquiry) -> Problem:
    name = candidate.service.name
    return Problem(
        f"{name} was not ready after {seconds:.0f} s: {inquiry.tell()}{_elsewhere(candidate, inquiry.port)}"
        f"{last_lines(candidate.log)}",
        f"dovetail logs {name}, or raise its `start_timeout:`",
    )


def _elsewhere(candidate: Candidate, asked: int) -> str:
    """Tell where it listens, if nowhere near the port that was asked."""
    ports = find_ports(candidate.process.family()) if asked else []
    if not ports or asked in ports:
        return ""
    listed = ", ".join(str(port) for port in ports)
    return f"; it listens on {listed} instead, have it listen on {{{{ port }}}}"


def _strange(candidate: Candidate, port: int, stranger: str) -> Problem:
    return Problem(
        f"{candidate.service.name} is not ready: port {port} is answered by {stranger}, which it did not start"
        f"{last_lines(candidate.log)}",
        f"end that process, or have {candidate.service.name} listen on {{{{ port }}}}",
    )


_QUESTIONS: Mapping[str, Question] = {
    "tcp": _ask_tcp,
    "command": _ask_command,
    "log": _ask_log,
    "alive": _ask_alive,
}
