"""Runs a project's Python checks with pytest beside the plan, on the same stage. Called by the session.

The pytest plugin in the other process finds its stage and tells what happens by these variables: DOVETAIL_SOCKET (the
stage's socket), DOVETAIL_EVENTS (a Unix socket that takes events as lines of the journal), DOVETAIL_RUN,
DOVETAIL_SCOPES, DOVETAIL_ONLY (a file with the ids to keep) and every option under its own variable.
"""

import asyncio
import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from dovetail.app.config import Settings, speak
from dovetail.app.python_leash import RUNNER
from dovetail.app.python_selection import COLLECTED
from dovetail.engine.selection import UNCOLLECTED
from dovetail.engine.stop import Stop
from dovetail.engine.verdict import Tally
from dovetail.environment.ground import find_ground
from dovetail.environment.process import explain
from dovetail.environment.stage import Sink
from dovetail.journal.line import UnreadableLineError, read_line
from dovetail.model.data import Place
from dovetail.model.event import CheckEnded, CheckPlanned, CheckStarted, Event, Noticed, PlannedCheck
from dovetail.model.outcome import Verdict

PLUGIN = "dovetail"
SELECTION = "dovetail.app.python_selection"
LEASH = "dovetail.app.python_leash"
PASSED, FAILED, NOTHING_COLLECTED = 0, 1, 5
PATIENCE = 10.0
LINES_SHOWN = 15
LAST_WORD = b"that was all\n"
LONGEST_LINE = 64 * 1024 * 1024


class PythonOrder(Struct, frozen=True):
    """Which files, on which stage, with which settings; `log` gets what pytest prints.

    `only` is a file with the ids to keep, empty where all are meant. `room` is a folder that goes with the stage, also
    where we are killed; empty where there is no stage of ours.
    """

    files: tuple[str, ...]
    folder: Path
    stage: str
    run: str
    scopes: tuple[str, ...]
    settings: Settings
    seed: str
    log: Path
    environ: Mapping[str, str]
    only: str = ""
    room: str = ""


async def run_python_checks(order: PythonOrder, publish: Sink, stop: Stop, clock: Callable[[], float]) -> Tally:
    """Run pytest; its events are published as they come, and what it could not run is inconclusive."""
    tally = Tally()
    hearer = _Hearer(publish, tally)
    if importlib.util.find_spec("pytest") is None:
        why = "pytest is not installed; install it: pip install 'dovetail[pytest]'"
        publish(Noticed(clock(), "warning", f"the Python checks did not run: {why}"))
        _leave_out(order, hearer, why, clock())
        return tally
    room = order.room or find_ground().parent
    with tempfile.TemporaryDirectory(prefix="events-", dir=room, ignore_cleanup_errors=True) as folder:
        socket = str(Path(folder) / "events")
        server = await asyncio.start_unix_server(hearer.hear_client, socket, limit=LONGEST_LINE)
        async with server:
            code = await _run_pytest(order, socket, stop)
            await hearer.drain(socket)
    hearer.end_all(stop.why if stop.halts else f"pytest {explain(code)} before the check ended", clock())
    if stop.halts:
        return tally
    known = {PASSED, FAILED, *((NOTHING_COLLECTED,) if hearer.has_collected else ())}
    if code == PASSED and not tally.total:
        _leave_out(order, hearer, "its tests passed without ever speaking to the environment", clock())
    elif code not in known or (code == FAILED and not tally.total):
        said = " ".join(_last_lines(order.log))
        _leave_out(order, hearer, f"pytest {explain(code)}: {said}", clock())
    elif code == FAILED and not tally.unhappy:
        _leave_out(order, hearer, "pytest says that a check failed, but none of the events does", clock())
    return tally


def spell_variables(order: PythonOrder, events: str) -> Mapping[str, str]:
    """Return the environment that pytest is started with."""
    spoken = {setting.option.variable: speak(setting.value) for setting in order.settings.by_name.values()}
    return {
        **order.environ,
        **spoken,
        "DOVETAIL_SEED": order.seed,
        "DOVETAIL_SOCKET": order.stage,
        "DOVETAIL_EVENTS": events,
        "DOVETAIL_RUN": order.run,
        "DOVETAIL_SCOPES": ",".join(order.scopes),
        "DOVETAIL_ONLY": order.only,
        RUNNER: str(os.getpid()),
    }


class _Hearer:
    """Takes events from pytest's processes, each on its own connection."""

    def __init__(self, publish: Sink, tally: Tally) -> None:
        self._publish = publish
        self._tally = tally
        self._clients: set[asyncio.Task[None]] = set()
        self._end = asyncio.Event()
        self._playing: dict[str, None] = {}
        self.has_collected = False

    async def hear_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._clients.add(task)
        try:
            while line := await reader.readline():
                self.hear(line)
        finally:
            writer.close()

    def hear(self, line: bytes) -> None:
        if line == LAST_WORD:
            self._end.set()
            return
        if line == COLLECTED:
            self.has_collected = True
            return
        try:
            event = read_line(line)
        except UnreadableLineError:
            return
        if not isinstance(event, str):
            self.tell(event)

    def tell(self, event: Event) -> None:
        if isinstance(event, CheckStarted):
            self._playing[event.check] = None
        elif isinstance(event, CheckEnded):
            self._playing.pop(event.check, None)
            self._tally.count(event)
        self._publish(event)

    def end_all(self, why: str, at: float) -> None:
        """Say of every check that its process never ended why that is so."""
        for check in tuple(self._playing):
            self.tell(CheckEnded(at, check, Verdict.INCONCLUSIVE, 0.0, 0, why))

    async def drain(self, socket: str) -> None:
        """Wait until everything that was sent has been heard: our last word comes in last, if there is a door still."""
        with contextlib.suppress(FileNotFoundError):
            _, writer = await asyncio.open_unix_connection(socket)
            writer.write(LAST_WORD)
            async with asyncio.timeout(PATIENCE):
                await self._end.wait()
            writer.close()
        if self._clients:
            await asyncio.wait(self._clients, timeout=PATIENCE)


async def _run_pytest(order: PythonOrder, events: str, stop: Stop) -> int:
    """Start pytest in a group of its own, so that a Ctrl-C reaches it through us and only once."""
    command = (sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", SELECTION, "-p", LEASH, *order.files)
    with order.log.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=order.folder,
            env=dict(spell_variables(order, events)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return await _wait_or_stop(process, stop)
        finally:
            if process.returncode is None:
                _signal_group(process.pid, signal.SIGKILL)
                await process.wait()


async def _wait_or_stop(process: asyncio.subprocess.Process, stop: Stop) -> int:
    ending = asyncio.create_task(process.wait(), name="pytest ends")
    stopping = asyncio.create_task(stop.wait_for_halt(), name="run is halted?")
    try:
        await asyncio.wait((ending, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not ending.done():
            _signal_group(process.pid, signal.SIGINT)
            await asyncio.wait((ending,), timeout=PATIENCE)
        return ending.result() if ending.done() else -signal.SIGKILL
    finally:
        ending.cancel()
        stopping.cancel()


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return


def _leave_out(order: PythonOrder, hearer: _Hearer, why: str, at: float) -> None:
    """Say of every file that its checks are inconclusive."""
    for file in order.files:
        path = Path(file)
        shown = path.relative_to(order.folder) if path.is_relative_to(order.folder) else path
        planned = PlannedCheck(file, path.name, UNCOLLECTED, Place(shown.as_posix(), 1))
        hearer.tell(CheckPlanned(at, planned))
        hearer.tell(CheckEnded(at, file, Verdict.INCONCLUSIVE, 0.0, 0, why))


def _last_lines(log: Path) -> list[str]:
    """Return what pytest marks as an error's own words, or else the last that it printed."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    errors = [line.removeprefix("E").strip() for line in lines if line.startswith("E  ")]
    return (errors or [line.strip() for line in lines if line.strip()])[-LINES_SHOWN:]
