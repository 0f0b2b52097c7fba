"""Entries of the cache that runs share: built aside, renamed into place, so that any number may try at once.

Used by launcher for copied binaries and for prepared data directories.
"""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from dovetail.errors import Problem, StageError


def ensure(cache: Path, key: str, build: Callable[[Path], None]) -> Path:
    """Return the entry; where it is missing, `build` fills an empty folder that then becomes it."""
    entry = cache / key
    if entry.exists():
        return entry
    cache.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{key}-", dir=cache))
    try:
        draft.chmod(0o755)
        build(draft)
        draft.rename(entry)
    except OSError:
        if not entry.exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return entry


def copy_tree(source: Path, target: Path) -> None:
    """Copy with owners and times kept, sharing blocks where the file system can."""
    run(("cp", "-a", str(source), str(target)))


def give(path: Path, user: str) -> None:
    if user:
        shutil.chown(path, user, pwd.getpwnam(user).pw_gid)


def run(command: Sequence[str], user: str = "", text: str = "") -> None:
    """Run a program to its end, as `user` where one is named; raises StageError with its last words."""
    account = pwd.getpwnam(user) if user else None
    done = subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise StageError(Problem(f"{Path(command[0]).name} ended with {done.returncode}: {' / '.join(said)}"))


def can_enter(folder: Path, user: str) -> bool:
    """Tell whether `user` may pass through every folder on the way to, and into, `folder`."""
    account = pwd.getpwnam(user)
    for step in (folder, *folder.parents):
        try:
            facts = step.stat()
        except PermissionError:
            return False
        if facts.st_uid == account.pw_uid:
            needed = stat.S_IXUSR
        elif facts.st_gid == account.pw_gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not facts.st_mode & needed:
            return False
    return True
