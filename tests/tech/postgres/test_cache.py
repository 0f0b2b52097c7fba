"""Claims about the cache that runs share."""

import getpass
from pathlib import Path

import pytest

from dovetail.errors import StageError
from dovetail.tech.postgres.cache import can_enter, copy_tree, ensure, run


def test_an_entry_is_built_once(tmp_path: Path) -> None:
    built: list[Path] = []

    def build(draft: Path) -> None:
        built.append(draft)
        (draft / "x").write_text("1")

    for _ in range(2):
        assert (ensure(tmp_path / "cache", "key", build) / "x").read_text() == "1"
    assert len(built) == 1
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["key"]


def test_whoever_comes_second_takes_what_the_first_has_built(tmp_path: Path) -> None:
    def build(draft: Path) -> None:
        (draft / "mine").touch()
        other = tmp_path / "key"
        other.mkdir()
        (other / "theirs").touch()

    entry = ensure(tmp_path, "key", build)
    assert [path.name for path in entry.iterdir()] == ["theirs"]
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def build(draft: Path) -> None:
        (draft / "x").touch()
        raise StageError("no")

    with pytest.raises(StageError):
        ensure(tmp_path, "key", build)
    assert list(tmp_path.iterdir()) == []


def test_a_tree_is_copied_with_its_modes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").touch(mode=0o700)
    copy_tree(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b" / "x").stat().st_mode & 0o777 == 0o700


def test_a_program_that_fails_is_told_with_its_last_words() -> None:
    with pytest.raises(StageError, match="sh ended with 3: no room"):
        run(("sh", "-c", "echo no room >&2; exit 3"))


def test_a_closed_folder_on_the_way_keeps_a_user_out(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    user = getpass.getuser()
    for step in tmp_path.parents:
        if not can_enter(step, user):
            pytest.skip("the folder for temporary files is closed to its own user")
    assert can_enter(inner, user)
    (tmp_path / "a").chmod(0o600)
    try:
        assert not can_enter(inner, user)
    finally:
        (tmp_path / "a").chmod(0o700)
