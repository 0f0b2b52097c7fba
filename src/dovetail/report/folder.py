"""Puts a report of several files into its place, whole or not at all. Called by `writer`."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def replace_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder that holds exactly `files` at `path`."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    old = path.with_name(f".{path.name}.{os.getpid()}.old")
    try:
        fresh.mkdir()
        for name, content in files.items():
            (fresh / name).write_bytes(content)
        if path.is_dir():
            path.rename(old)
        fresh.rename(path)
    except BaseException:
        with suppress(OSError):
            if old.is_dir():
                old.rename(path)
            _remove(fresh)
        raise
    _remove(old)


def _remove(folder: Path) -> None:
    """Remove a folder with all that is in it: Allure's readers put a folder of their own beside the results."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            _remove(path)
        else:
            path.unlink()
    folder.rmdir()
