"""A project is found, read and known."""

from pathlib import Path

import pytest

from dovetail.app.project import find_folder, open_project
from dovetail.errors import SuiteError, UsageError


def test_a_project_is_found_from_a_folder_below_it(folder: Path) -> None:
    project = open_project(folder / "tests/integration", {})
    assert project.system.name == "tiny"
    assert project.folder == folder
    assert [check.name for check in project.read_checks().checks] == ["it answers", "it holds out"]


def test_no_project_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="dovetail init"):
        open_project(tmp_path, {})


def test_a_folder_whose_name_no_report_could_hold_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "by\udcffte"
    folder.mkdir()
    (folder / "dovetail.yaml").write_text("system: tiny\n")
    with pytest.raises(UsageError, match=r"is not UTF-8\nrename the folder"):
        open_project(folder, {})


def test_a_name_that_no_folder_can_have_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="File name too long"):
        find_folder(tmp_path / ("x" * 5000))
