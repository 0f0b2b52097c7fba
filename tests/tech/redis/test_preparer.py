"""Claims about the setup of Redis, against the real server."""

import asyncio
from pathlib import Path

import pytest

from dovetail.errors import StageError
from dovetail.model.address import Address
from dovetail.model.system import Service
from dovetail.tech.redis.connection import connect
from dovetail.tech.redis.preparer import preparer
from dovetail.tech.redis.resp import Reply


def prepare(server: Address, project: Path, *setup: str) -> None:
    asyncio.run(preparer().prepare(Service("cache", "redis", setup=setup), server, project))


def get(server: Address, key: str) -> Reply:
    async def act() -> Reply:
        connection = await connect(server)
        reply = await connection.call("GET", key)
        await connection.close()
        return reply

    return asyncio.run(act())


def test_a_file_of_commands_and_a_script_are_applied_in_order(database: Address, tmp_path: Path) -> None:
    (tmp_path / "seed.redis").write_text("# prices\nSET price 5\n\nAPPEND price ' euro'\n")
    (tmp_path / "seed.sh").write_text('printf %s "$REDIS_URL" > address')
    prepare(database, tmp_path, "seed.redis", "seed.sh")
    assert get(database, "price") == b"5 euro"
    assert (tmp_path / "address").read_text() == database.url


def test_a_failing_command_is_shown_under_its_line(database: Address, tmp_path: Path) -> None:
    (tmp_path / "seed.redis").write_text("SET n x\nINCR n\n")
    with pytest.raises(StageError) as failure:
        prepare(database, tmp_path, "seed.redis")
    assert str(failure.value).startswith("seed.redis:2:1\n  2 │ INCR n")
    assert "not an integer" in str(failure.value)


def test_a_missing_file_is_told(database: Address, tmp_path: Path) -> None:
    with pytest.raises(StageError, match="is not there"):
        prepare(database, tmp_path, "nothing.redis")
