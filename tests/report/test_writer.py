"""Reports are written whole, beside `latest`, or one clear error is told."""

import os
import stat
from pathlib import Path

import pytest

from dovetail.errors import StageError, UsageError
from dovetail.model.event import Event
from dovetail.report.writer import write_reports


def test_each_format_is_written_with_its_stamp_and_as_latest(shop_events: list[Event], tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet" / "there"
    paths = write_reports(shop_events, folder, ["html", "json", "junit", "markdown"], "2026-11-20T08-00")
    assert [path.name for path in paths] == [
        f"integration-test-2026-11-20T08-00.{e}" for e in ("html", "json", "xml", "md")
    ]
    for path in paths:
        assert (folder / f"latest{path.suffix}").read_bytes() == path.read_bytes()
    assert len(list(folder.iterdir())) == 8


def test_a_format_of_several_files_is_a_folder_and_so_is_its_latest(shop_events: list[Event], tmp_path: Path) -> None:
    for _ in range(2):
        (path,) = write_reports(shop_events, tmp_path, ["allure"], "one")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["integration-test-one.allure", "latest.allure"]
    names = sorted(one.name for one in path.iterdir())
    assert "environment.properties" in names
    assert names == sorted(one.name for one in (tmp_path / "latest.allure").iterdir())


def test_the_latest_folder_holds_nothing_of_an_earlier_run(shop_events: list[Event], tmp_path: Path) -> None:
    (first,) = write_reports(shop_events, tmp_path, ["allure"], "one")
    (second,) = write_reports(shop_events[:1], tmp_path, ["allure"], "two")
    latest, before, after = (
        {path.name for path in one.iterdir()} for one in (tmp_path / "latest.allure", first, second)
    )
    assert before - after
    assert latest == after


def test_two_formats_of_one_kind_of_file_have_each_their_latest(shop_events: list[Event], tmp_path: Path) -> None:
    write_reports(shop_events, tmp_path, ["json", "ctrf"], "one")
    assert b"schema_version" in (tmp_path / "latest.json").read_bytes()
    assert b"reportFormat" in (tmp_path / "latest.ctrf.json").read_bytes()


def test_latest_is_replaced_and_earlier_reports_stay(shop_events: list[Event], tmp_path: Path) -> None:
    write_reports(shop_events[:40], tmp_path, ["json"], "one")
    (second,) = write_reports(shop_events, tmp_path, ["json"], "two")
    assert (tmp_path / "latest.json").read_bytes() == second.read_bytes()
    assert (tmp_path / "integration-test-one.json").exists()


def test_a_report_is_readable_as_any_file_of_the_user(shop_events: list[Event], tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    (path,) = write_reports(shop_events, tmp_path, ["json"], "one")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_a_format_asked_for_twice_is_written_once(shop_events: list[Event], tmp_path: Path) -> None:
    assert len(write_reports(shop_events, tmp_path, ["json", "json"], "one")) == 1


def test_an_unknown_format_names_the_nearest_and_writes_nothing(shop_events: list[Event], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean junit"):
        write_reports(shop_events, tmp_path / "out", ["json", "junitt"], "one")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_one_clear_error(shop_events: list[Event], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "reports"
    with pytest.raises(StageError) as told:
        write_reports(shop_events, folder, ["json"], "one")
    assert str(folder) in str(told.value)
    assert "--report-dir" in str(told.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_one_clear_error(shop_events: list[Event], tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StageError, match="cannot be written"):
        write_reports(shop_events, tmp_path, ["json"], "one")
    tmp_path.chmod(0o700)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_leaves_no_half_report(shop_events: list[Event], tmp_path: Path) -> None:
    (tmp_path / f".integration-test-one.json.{os.getpid()}").symlink_to("/dev/full")
    with pytest.raises(StageError, match="No space left"):
        write_reports(shop_events, tmp_path, ["json"], "one")
    assert list(tmp_path.iterdir()) == []
