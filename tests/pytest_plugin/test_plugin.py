from pathlib import Path

import pytest

from dovetail.pytest_plugin.plugin import fixture_name


@pytest.mark.parametrize(
    ("written", "name"),
    [("system: shop\n", "shop"), ("# ours\nsystem: 'my-shop'\n", "my_shop"), ("services: {}\n", "folder")],
)
def test_the_fixture_is_the_systems_name_as_python_writes_it(tmp_path: Path, written: str, name: str) -> None:
    file = tmp_path / "folder" / "dovetail.yaml"
    file.parent.mkdir()
    file.write_text(written)
    assert fixture_name(file) == name
