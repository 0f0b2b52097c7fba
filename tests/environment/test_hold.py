import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from dovetail.environment.ground import give_back, take
from dovetail.environment.hold import is_held


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
