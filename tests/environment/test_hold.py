import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dovetail.environment.ground import give_back, take
from dovetail.environment.hold import is_held, unheld


def test_a_lock_is_held_until_it_is_given_back(yard: Any) -> None:
    path = yard.ground / "a.lock"
    handle = take(path)
    assert handle is not None
    assert is_held(path)
    give_back(path, handle)
    assert not is_held(path)


def test_a_lock_belongs_to_the_process_that_inherits_it(yard: Any) -> None:
    path: Path = yard.ground / "a.lease"
    handle = take(path)
    assert handle is not None
    heir = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(handle,))
    os.close(handle)
    assert is_held(path)
    heir.communicate(b"\n")
    assert not is_held(path)


def test_a_lease_that_we_may_not_open_is_somebody_elses_and_held(tmp_path: Path) -> None:
    folder = tmp_path / "others"
    folder.mkdir()
    (folder / "x.lease").touch()
    assert not is_held(folder / "x.lease")
    folder.chmod(0)
    child = os.fork()
    if child == 0:
        if os.getuid() == 0:
            os.setuid(65534)
        os._exit(0 if is_held(folder / "x.lease") else 1)
    _, status = os.waitpid(child, 0)
    folder.chmod(0o700)
    assert os.waitstatus_to_exitcode(status) == 0


def test_what_is_looked_at_and_free_cannot_be_taken_meanwhile(yard: Any) -> None:
    path: Path = yard.ground / "a.lock"
    path.touch()
    with unheld(path) as is_free:
        assert is_free
        assert take(path) is None
    handle = take(path)
    assert handle is not None
    with unheld(path) as is_free:
        assert not is_free
    give_back(path, handle)
    with unheld(path) as is_free:
        assert is_free


@pytest.mark.parametrize("is_replaced", [True, False])
def test_a_file_that_is_replaced_just_as_it_is_looked_at_has_somebody_who_works_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_replaced: bool
) -> None:
    path = tmp_path / "a.lock"
    path.touch()
    lock = fcntl.flock

    def lock_late(handle: int, how: int) -> None:
        path.rename(tmp_path / "old")
        if is_replaced:
            path.touch()
        lock(handle, how)

    monkeypatch.setattr("dovetail.environment.hold.fcntl.flock", lock_late)
    with unheld(path) as is_free:
        assert is_free is not is_replaced
