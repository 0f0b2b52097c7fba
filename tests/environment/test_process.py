import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dovetail.environment.hub import Hub
from dovetail.environment.log import ServiceLog
from dovetail.environment.process import Start, explain, start_process
from dovetail.environment.reaper import marked, read_kin
from dovetail.errors import NotReadyError

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
Play = Callable[[ServiceLog], "asyncio.Future[None]"]


def start(*command: str, folder: Path = Path("/"), user: str = "", stage: str = "stage1") -> Start:
    return Start("a", stage, command, folder, dict(os.environ), user)


def state_of(pid: int) -> str:
    return read_kin().get(pid, (0, "gone"))[1]


async def line(log: ServiceLog, text: str) -> None:
    async with asyncio.timeout(20):
        while True:
            if text in log.tail():
                return
            await asyncio.sleep(0.01)


def test_output_and_errors_are_one_stream_and_the_exit_is_noticed() -> None:
    async def play() -> None:
        log = ServiceLog("a", Hub())
        process = await start_process(start("/bin/sh", "-c", "echo out; echo err >&2; exit 3"), log)
        assert await process.ended == 3
        await process.drain(5)
        assert log.tail() == ("out", "err")
        assert not process.is_running
        process.close()

    asyncio.run(play())


def test_whoever_has_got_the_number_of_one_that_has_ended_is_left_alone(
    sleeper: Callable[..., "subprocess.Popen[bytes]"],
) -> None:
    stranger = sleeper()

    async def play() -> None:
        process = await start_process(start("true"), ServiceLog("a", Hub()))
        await process.ended
        process.pid = stranger.pid
        await process.stop(signal.SIGTERM, 0.1, is_group=False)
        process.close()

    asyncio.run(play())
    assert stranger.poll() is None
    stranger.kill()
    assert stranger.wait() == -signal.SIGKILL


def test_one_that_does_not_listen_is_killed_after_its_grace() -> None:
    async def play() -> None:
        log = ServiceLog("a", Hub())
        process = await start_process(start(sys.executable, "-S", "-c", STUBBORN), log)
        await line(log, "up")
        await process.stop(signal.SIGTERM, 0.1, is_group=False)
        assert process.ended.result() == -signal.SIGKILL
        process.close()

    asyncio.run(play())


def test_a_group_is_told_to_end_as_a_whole() -> None:
    async def play() -> None:
        log = ServiceLog("a", Hub())
        inner = "trap 'echo inner ends; exit 0' TERM; echo up; while :; do sleep 0.05; done"
        process = await start_process(start("/bin/sh", "-c", f"sh -c {inner!r}; true"), log)
        await line(log, "up")
        await process.stop(signal.SIGTERM, 5, is_group=True)
        await line(log, "inner ends")
        process.close()

    asyncio.run(play())


def test_pausing_reaches_the_whole_tree() -> None:
    async def play() -> None:
        log = ServiceLog("a", Hub())
        process = await start_process(start("/bin/sh", "-c", "sleep 60 & echo up; wait"), log)
        await line(log, "up")
        process.signal_all(signal.SIGSTOP)
        members = process.family()
        assert len(members) == 2
        async with asyncio.timeout(20):
            while True:
                if {state_of(pid) for pid in members} == {"T"}:
                    break
                await asyncio.sleep(0.01)
        await process.stop(signal.SIGTERM, 5, is_group=True)
        assert not process.family()
        process.close()

    asyncio.run(play())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (start("no-such-program"), "there is no program no-such-program"),
        (start("/bin/true", folder=Path("/no/such/folder")), "its folder /no/such/folder is not there"),
        (start("/"), "Permission denied"),
    ],
)
def test_what_the_system_refuses_is_told_in_the_users_words(wrong: Start, message: str) -> None:
    async def play() -> None:
        with pytest.raises(NotReadyError, match=message):
            await start_process(wrong, ServiceLog("a", Hub()))

    asyncio.run(play())


@pytest.mark.skipif(os.getuid() != 0, reason="only root can drop to another account")
def test_root_drops_to_the_account_that_was_ordered() -> None:
    async def play() -> None:
        log = ServiceLog("a", Hub())
        process = await start_process(start("id", "-un", user="nobody"), log)
        await process.ended
        await process.drain(5)
        assert log.tail() == ("nobody",)
        process.close()

    asyncio.run(play())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "exited with code 0"),
        (7, "exited with code 7"),
        (-9, "was ended by SIGKILL"),
        (-99, "was ended by signal 99"),
    ],
)
def test_an_end_is_told_in_words(code: int, words: str) -> None:
    assert explain(code) == words


def test_a_start_that_is_broken_off_leaves_no_process() -> None:
    stage = f"brokenoff{os.getpid()}"

    async def play() -> None:
        starting = asyncio.create_task(start_process(start("sleep", "60", stage=stage), ServiceLog("a", Hub())))
        await asyncio.sleep(0)
        starting.cancel()
        await asyncio.wait([starting])
        assert starting.cancelled()
        assert not marked(stage, read_kin())

    asyncio.run(play())
