"""A project is found, read and known."""

from pathlib import Path

import pytest

from dovetail.app.project import open_project
from dovetail.errors import SuiteError


def test_a_project_is_found_from_a_folder_below_it(folder: Path) -> None:
    project = open_project(folder / "tests/integration", {})
    assert project.system.name == "tiny"
    assert project.folder == folder
    assert [check.name for check in project.read_checks().checks] == ["it answers", "it holds out"]


def test_no_project_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="dovetail init"):
        open_project(tmp_path, {})
