"""Applies `setup:` to a started server: files of commands and scripts, in order. Called by the environment."""

import asyncio
import shlex
from pathlib import Path

from dovetail.errors import Problem, StageError
from dovetail.model.address import Address
from dovetail.model.system import Service
from dovetail.plugin.preparer import Preparer
from dovetail.plugin.script import run_script
from dovetail.tech.redis.connection import RefusedError, connect
from dovetail.tech.redis.resp import GarbledError, Refused

COMMENT = "#"
SUFFIX = ".redis"


class RedisPreparer:
    async def prepare(self, service: Service, address: Address, project: Path) -> None:
        try:
            async with asyncio.timeout(service.start_timeout):
                for item in service.setup:
                    if item.endswith(SUFFIX):
                        await _run_file(project / item, item, address)
                    else:
                        await run_script(item, project, {"REDIS_URL": address.url})
        except TimeoutError:
            what = f"{service.name}: its setup did not end within {service.start_timeout:g} s"
            raise StageError(Problem(what, "raise `start_timeout`, or see what it waits for")) from None
        except (OSError, EOFError, GarbledError, RefusedError) as failure:
            raise StageError(Problem(f"{service.name}: its setup could not be applied: {failure}")) from failure


def preparer() -> Preparer:
    return RedisPreparer()


async def _run_file(path: Path, shown: str, address: Address) -> None:
    """Send a file's commands in one batch, one to a line, each split as a shell would."""
    numbered = _read_lines(path, shown)
    commands = [_split(line, number, shown) for number, line in numbered]
    connection = await connect(address)
    try:
        replies = await connection.pipeline(commands)
    finally:
        await connection.close()
    for (number, line), reply in zip(numbered, replies, strict=True):
        if isinstance(reply, Refused):
            raise StageError(Problem(reply.message, "", shown, number, 1, line, len(line)))


def _read_lines(path: Path, shown: str) -> list[tuple[int, str]]:
    if not path.is_file():
        raise StageError(Problem(f"setup names {shown}, which is not there", f"looked for {path}"))
    return [(number, line) for number, line in enumerate(path.read_text().splitlines(), 1) if _is_command(line)]


def _is_command(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(COMMENT)


def _split(line: str, number: int, shown: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as odd:
        raise StageError(Problem(f"this line cannot be split into words: {odd}", "", shown, number, 1, line)) from None
