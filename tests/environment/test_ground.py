import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest

from dovetail.environment.ground import (
    DEFAULT_PLACE,
    LONGEST_SOCKET_PATH,
    MEMORY,
    Plot,
    find_ground,
    find_room,
    give_back,
    lay_ground,
    take,
)
from dovetail.environment.hold import is_held
from dovetail.errors import StageError


def test_the_runtime_folder_is_the_users_alone(yard: Any) -> None:
    mode = stat.S_IMODE(yard.ground.stat().st_mode)
    assert mode == (0o711 if os.getuid() == 0 else 0o700)


def test_a_socket_path_stays_short_whatever_the_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", f"{os.sep}{'long' * 30}")
    assert len(str(Plot(find_ground(), "12345678").socket)) < LONGEST_SOCKET_PATH


def test_a_lock_excludes_others_until_it_is_given_back(yard: Any) -> None:
    path = yard.ground / "a.lock"
    handle = take(path)
    assert handle is not None
    assert take(path) is None
    give_back(path, handle)
    assert not path.exists()


def test_the_folder_comes_back_where_it_was_removed_meanwhile(yard: Any) -> None:
    yard.ground.rmdir()
    handle = take(yard.ground / "a.lock")
    assert handle is not None
    give_back(yard.ground / "a.lock", handle)
    assert lay_ground() == yard.ground


def test_data_stands_in_memory_unless_the_user_names_another_place(yard: Any) -> None:
    assert find_room(yard.ground) == yard.ground
    assert find_room(DEFAULT_PLACE / "dovetail-7") in {DEFAULT_PLACE / "dovetail-7", MEMORY / "dovetail-7"}


def test_a_stages_folder_is_made_with_its_room_and_held(yard: Any, tmp_path: Path) -> None:
    plot = Plot(yard.ground, "one", tmp_path / "room")
    handle = plot.make_folder()
    assert is_held(plot.folder)
    os.close(handle)
    assert not is_held(plot.folder)
    assert plot.folder == tmp_path / "room" / "one"
    assert stat.S_IMODE(plot.folder.stat().st_mode) == (0o711 if os.getuid() == 0 else 0o700)


def test_a_runtime_folder_that_is_none_of_ours_is_refused(yard: Any) -> None:
    yard.ground.rmdir()
    yard.ground.symlink_to(yard.folder)
    with pytest.raises(StageError, match="belongs to somebody else"):
        lay_ground()
    yard.ground.unlink()
