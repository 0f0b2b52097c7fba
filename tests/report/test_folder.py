"""A report of several files comes into its place whole, with nothing of the one before, or not at all."""

from pathlib import Path

import pytest

from dovetail.report.folder import replace_folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_holds_exactly_the_files_of_the_last_report(tmp_path: Path) -> None:
    replace_folder(tmp_path / "r", {"a": b"1", "b": b"2"})
    replace_folder(tmp_path / "r", {"b": b"3"})
    assert names(tmp_path) == ["r"]
    assert names(tmp_path / "r") == ["b"]
    assert (tmp_path / "r/b").read_bytes() == b"3"


def test_what_a_reader_put_beside_the_files_goes_with_them(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/file").touch()
    replace_folder(tmp_path / "r", {"a": b"1"})
    (tmp_path / "r/history").mkdir()
    (tmp_path / "r/history/trend.json").touch()
    (tmp_path / "r/history/link").symlink_to(tmp_path / "kept")
    replace_folder(tmp_path / "r", {"a": b"2"})
    assert names(tmp_path / "r") == ["a"]
    assert (tmp_path / "kept/file").exists()


def test_what_cannot_be_written_leaves_the_report_before(tmp_path: Path) -> None:
    replace_folder(tmp_path / "r", {"a": b"1"})
    with pytest.raises(OSError, match="No such file"):
        replace_folder(tmp_path / "r", {"b": b"2", "no/where": b"3"})
    assert names(tmp_path) == ["r"]
    assert names(tmp_path / "r") == ["a"]


def test_a_file_in_the_way_is_an_error_and_stays(tmp_path: Path) -> None:
    (tmp_path / "r").write_text("mine")
    with pytest.raises(OSError, match="Not a directory"):
        replace_folder(tmp_path / "r", {"a": b"1"})
    assert (tmp_path / "r").read_text() == "mine"
    assert names(tmp_path) == ["r"]
