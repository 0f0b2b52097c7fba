"""One started process with everything that descends from it: started, watched, paused, stopped.

Called by an instance for its service and by whatever runs a script beside one.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from pwd import getpwnam

from msgspec import Struct

from dovetail.environment.census import SERVICE_MARK, family
from dovetail.environment.log import Reader, ServiceLog
from dovetail.environment.reaper import MARK
from dovetail.errors import NotReadyError, Problem

SECONDS_TO_DIE = 2.0
DIE_WITH_PARENT = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Start(Struct, frozen=True):
    """A command with its marks: `label` names the instance, `stage` the stage that it belongs to."""

    label: str
    stage: str
    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    user: str = ""


class Process:
    """Holds a running process; `ended` is its exit code once it is gone."""

    def __init__(self, start: Start, popen: "subprocess.Popen[bytes]") -> None:
        self.start = start
        self.pid = popen.pid
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._popen = popen
        self._is_paused = False
        self._transport: asyncio.ReadTransport | None = None
        self._reader: Reader | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return not self.ended.done()

    async def listen(self, log: ServiceLog, output: int) -> None:
        """Pass what it writes on to `log`, and notice when it ends."""
        loop = asyncio.get_running_loop()
        pipe = os.fdopen(output, "rb", 0)
        self._transport, self._reader = await loop.connect_read_pipe(lambda: Reader(log), pipe)
        if sys.platform == "linux":
            handle = os.pidfd_open(self.pid)
            loop.add_reader(handle, self._collect, handle)
        else:
            self._watch = loop.create_task(self._wait(), name=f"wait for {self.start.label}")

    async def drain(self, seconds: float) -> None:
        """Wait for the last lines of a process that has ended."""
        if self._reader is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._reader.ended), seconds)

    def family(self) -> list[int]:
        return family(self.pid if self.is_running else None, self.start.stage, self.start.label)

    def signal_all(self, number: signal.Signals) -> None:
        """Signal the whole tree, until no new member shows up."""
        self._is_paused = number is signal.SIGSTOP
        reached: set[int] = set()
        while new := set(self.family()) - reached:
            for pid in new:
                with contextlib.suppress(OSError):
                    os.kill(pid, number)
            reached |= new

    async def stop(self, number: signal.Signals, grace: float, *, is_group: bool) -> None:
        """Ask it to end, insist after `grace` seconds, and leave none of its tree behind."""
        if self.is_running:
            with contextlib.suppress(OSError):
                if self._is_paused:
                    self.signal_all(signal.SIGCONT)
                (os.killpg if is_group else os.kill)(self.pid, number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self.ended), grace)
        await self.kill()

    async def kill(self) -> None:
        self.signal_all(signal.SIGKILL)
        if sys.platform != "linux":
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self.ended), SECONDS_TO_DIE)

    def close(self) -> None:
        """Stop listening; a descendant that still held the pipe is gone by now or not ours to hear."""
        if self._transport is not None:
            self._transport.close()

    def _collect(self, handle: int) -> None:
        code = self._popen.poll()
        if code is None:
            return
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)
        self.ended.set_result(code)

    async def _wait(self) -> None:
        self.ended.set_result(await asyncio.to_thread(self._popen.wait))


async def start_process(start: Start, log: ServiceLog) -> Process:
    """Start a command in a session of its own; raises NotReadyError where the system refuses."""
    read, write = os.pipe()
    try:
        popen = _spawn(start, write)
    except OSError as error:
        os.close(read)
        raise NotReadyError(_refusal(start, error)) from error
    finally:
        os.close(write)
    process = Process(start, popen)
    try:
        await process.listen(log, read)
    except BaseException:
        process.signal_all(signal.SIGKILL)
        await asyncio.to_thread(popen.wait)
        raise
    return process


def _spawn(start: Start, output: int) -> "subprocess.Popen[bytes]":
    account = getpwnam(start.user) if start.user else None
    return subprocess.Popen(
        start.command,
        cwd=start.folder,
        env={**start.environment, MARK: start.stage, SERVICE_MARK: start.label},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=_die_with_us if _LIBC is not None else None,  # noqa: PLW1509 - it makes one system call, no lock
    )


def _die_with_us() -> None:
    """Have the system end this process with the stage, should reaper and stage be killed in one blow."""
    if _LIBC is not None:
        _LIBC.prctl(DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def explain(code: int) -> str:
    """Say in words how a process ended."""
    if code >= 0:
        return f"exited with code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"


def _refusal(start: Start, error: OSError) -> Problem:
    command = start.command[0]
    if isinstance(error, FileNotFoundError) and not start.folder.is_dir():
        return Problem(f"{start.label} cannot start: its folder {start.folder} is not there", "correct `folder:`")
    if isinstance(error, FileNotFoundError):
        return Problem(f"{start.label} cannot start: there is no program {command}", "install it, or correct `run:`")
    return Problem(f"{start.label} cannot start {command}: {error.strerror}")
