"""Starts the reaper with the stage process below it, and waits until the stage's door is open.

Called by `opening`.
"""

import asyncio
import contextlib
import fcntl
import os
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from dovetail.environment.ground import Plot, take_soon
from dovetail.environment.hosting import READY_LINE
from dovetail.environment.order import Brief, encode
from dovetail.environment.reaper import descendants, kill, read_kin
from dovetail.environment.teardown import prove_gone
from dovetail.errors import BrokenDovetailError, Problem, StageError

SECONDS_TO_COME_UP = 30.0
SECONDS_TO_TAKE = 2.0
LAST_WORDS = 4_000
REAPER = Path(__file__).with_name("reaper.py")


class Child(Struct, frozen=True):
    """The reaper's pid, the pipe that carries the brief down, and the pipe on which the stage says it is open."""

    pid: int
    brief: int
    output: int


async def spawn(brief: Brief, plot: Plot, stage_command: tuple[str, ...]) -> Child:
    """Return once the stage listens; the brief's pipe stays open, and with it the stage knows that we live."""
    with _open_words() as words:
        child = _start_reaper(plot, await _take_lease(plot), stage_command, words)
        handing = asyncio.to_thread(_write, os.dup(child.brief), encode(brief) + b"\n")
        writing = asyncio.create_task(handing, name="hand the brief over")
        try:
            await _wait_for_door(child.output, words)
        except BaseException:
            release(child)
            await asyncio.shield(_see_off(plot, child.pid))
            raise
        finally:
            await writing
    return child


def release(child: Child) -> None:
    """Let go of the pipes: from now on a connection, or nothing, tells the stage that it is needed."""
    os.close(child.brief)
    os.close(child.output)


def _open_words() -> BinaryIO:
    """Open what the stage writes on until it has a journal to tell by."""
    try:
        return tempfile.TemporaryFile()
    except OSError as failure:
        what = f"a file in {tempfile.gettempdir()}{os.sep} cannot be made: {failure.strerror}"
        raise StageError(Problem(what, "make room there, or set TMPDIR to a folder on another disk")) from failure


async def _take_lease(plot: Plot) -> int:
    try:
        async with asyncio.timeout(SECONDS_TO_TAKE):
            return await take_soon(plot.lease)
    except TimeoutError:
        raise BrokenDovetailError(f"the lease {plot.lease} is taken") from None


async def _see_off(plot: Plot, reaper: int) -> None:
    """See to it that a stage which did not come up is gone, also one that hangs and does not hear that we let go."""
    if await prove_gone(plot, reaper):
        kill(descendants(reaper, read_kin()))
        await prove_gone(plot, reaper)


def _start_reaper(plot: Plot, lease: int, stage_command: tuple[str, ...], words: BinaryIO) -> Child:
    brief_read, brief_write = os.pipe()
    output_read, output_write = os.pipe()
    fcntl.fcntl(lease, fcntl.F_SETFD, 0)
    try:
        pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "-I", "-S", str(REAPER), str(plot.lease), plot.stage, *stage_command],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, brief_read, 0),
                (os.POSIX_SPAWN_DUP2, output_write, 1),
                (os.POSIX_SPAWN_DUP2, words.fileno(), 2),
            ],
        )
    except OSError as refused:
        plot.lease.unlink(missing_ok=True)
        release(Child(0, brief_write, output_read))
        what = f"the environment's process cannot be started: {refused.strerror}"
        raise StageError(Problem(what, "dovetail doctor")) from refused
    finally:
        for handle in (lease, brief_read, output_write):
            os.close(handle)
    return Child(pid, brief_write, output_read)


async def _wait_for_door(output: int, words: BinaryIO) -> None:
    """Wait for the stage's one line; raises with its last words where it ends instead."""
    loop = asyncio.get_running_loop()
    heard: asyncio.Future[bytes] = loop.create_future()

    said = bytearray()

    def hear() -> None:
        piece = os.read(output, 64)
        said.extend(piece)
        if not piece or piece.endswith(b"\n"):
            loop.remove_reader(output)
            heard.set_result(bytes(said))

    loop.add_reader(output, hear)
    try:
        async with asyncio.timeout(SECONDS_TO_COME_UP):
            line = await heard
    except TimeoutError:
        line = b""
    finally:
        loop.remove_reader(output)
    if line != READY_LINE:
        words.seek(0, os.SEEK_END)
        words.seek(max(0, words.tell() - LAST_WORDS))
        text = words.read().decode("utf-8", "replace").strip()
        raise BrokenDovetailError(Problem(f"the stage process did not come up:\n{text}", "dovetail doctor"))


def _write(pipe: int, data: bytes) -> None:
    """Write all of it and close the pipe; a stage that has not read so much may yet hang, and then be ended."""
    with contextlib.suppress(BrokenPipeError), open(pipe, "wb", buffering=0) as file:
        while data:
            data = data[file.write(data) :]
