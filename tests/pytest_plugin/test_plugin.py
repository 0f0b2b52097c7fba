from pathlib import Path
from typing import Any

import pytest

from dovetail.pytest_plugin.plugin import find_file, fixture_name


class Configured:
    """What pytest knows when it starts: where it was called, with what paths, and its root folder."""

    def __init__(self, folder: Path, root: Path, *args: str) -> None:
        self.args = list(args)
        self.rootpath = root
        self.invocation_params = self
        self.dir = folder


def lay_out(folder: Path) -> Path:
    """Make a repository that holds `shop`, a system with tests, and beside it `plain`, which is none."""
    for name in ("repository/.git", "repository/shop/tests", "repository/plain/tests"):
        (folder / name).mkdir(parents=True)
    (folder / "repository/shop/dovetail.yaml").write_text("system: shop")
    (folder / "dovetail.yaml").write_text("system: stranger")
    return folder / "repository"


@pytest.mark.parametrize(
    ("called_in", "root", "args", "found"),
    [
        ("shop", "shop", (), "shop/dovetail.yaml"),
        (".", ".", ("shop/tests/test_a.py::test_it", "plain/tests"), "shop/dovetail.yaml"),
        ("plain", "shop/tests", ("tests",), "shop/dovetail.yaml"),
        ("plain", ".", ("tests",), None),
    ],
    ids=["where it is called", "above the first path", "above the root folder", "never outside the repository"],
)
def test_the_system_is_found(tmp_path: Path, called_in: str, root: str, args: tuple[str, ...], found: str) -> None:
    repository = lay_out(tmp_path)
    config: Any = Configured(repository / called_in, repository / root, *args)
    assert find_file(config) == (repository / found if found else None)


@pytest.mark.parametrize(
    ("written", "name"),
    [("system: shop\n", "shop"), ("# ours\nsystem: 'my-shop'\n", "my_shop"), ("services: {}\n", "folder")],
)
def test_the_fixture_is_the_systems_name_as_python_writes_it(tmp_path: Path, written: str, name: str) -> None:
    file = tmp_path / "folder" / "dovetail.yaml"
    file.parent.mkdir()
    file.write_text(written)
    assert fixture_name(file) == name
