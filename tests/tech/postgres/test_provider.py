"""Claims about where a server comes from."""

from pathlib import Path

import pytest

from dovetail.tech.postgres import provider
from dovetail.tech.postgres.provider import find_installation


def make_installation(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (folder / name).touch(mode=0o755)
    return folder


def test_without_the_wheel_the_newest_system_server_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("9", "15", "17"):
        make_installation(tmp_path / version / "bin")
    monkeypatch.setattr(provider, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(provider, "SYSTEM", tmp_path)
    found = find_installation("")
    assert found
    assert (found.name, found.major) == ("system", "17")
    older = find_installation("15.2")
    assert older
    assert older.folder == tmp_path / "15" / "bin"


def test_the_path_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(provider, "SYSTEM", tmp_path / "nowhere")
    monkeypatch.setenv("PATH", "")
    assert find_installation("") is None
    folder = make_installation(tmp_path / "postgresql-16" / "bin")
    monkeypatch.setenv("PATH", str(folder))
    found = find_installation("")
    assert found
    assert (found.name, found.major, found.folder) == ("PATH", "16", folder)
