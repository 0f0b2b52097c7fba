"""What `dovetail init` writes for different folders."""

import json
from pathlib import Path

import pytest

from dovetail.app.beginning import begin, write_beginning
from dovetail.app.parts import build_registry
from dovetail.app.project import open_project
from dovetail.errors import UsageError

SHEETS = build_registry().sheets


def write(folder: Path) -> tuple[str, tuple[str, ...], list[str]]:
    beginning = begin(folder, SHEETS)
    write_beginning(beginning)
    project = open_project(folder, {})
    return (
        (folder / "dovetail.yaml").read_text(),
        beginning.left,
        [check.name for check in project.read_checks().checks],
    )


def test_an_empty_folder_gets_a_service_that_answers(tmp_path: Path) -> None:
    text, left, checks = write(tmp_path)
    assert "http.server" in text
    assert (left, checks) == ((), ["it answers"])


def test_a_compose_files_servers_are_started_and_its_own_code_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  orders: {build: ., command: [python, -m, orders]}\n"
        "  db: {image: 'docker.io/library/postgres:17'}\n  events: {image: 'apache/kafka:4'}\n"
    )
    text, left, checks = write(tmp_path)
    assert "  db:\n    technology: postgres" in text
    assert "  #   run: python -m orders" in text
    assert "db: {address: DB_URL}" in text
    assert [line.split(":")[0] for line in left] == ["orders"]
    assert checks == ["db answers", "events answers"]


def test_services_whose_names_say_the_same_or_nothing_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  a_b: {image: redis}\n  a b: {image: redis}\n  '': {image: redis}\n  'null': {image: redis}\n"
    )
    _, _, checks = write(tmp_path)
    assert checks == ["a-b answers", "a-b-2 answers", "service answers", "null answers"]


@pytest.mark.parametrize("name", ["null", "2024", "on"])
def test_a_folder_whose_name_is_no_text_in_yaml_names_a_system(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    write(tmp_path / name)
    assert open_project(tmp_path / name, {}).system.name == name


@pytest.mark.parametrize(
    ("name", "content", "hint"),
    [
        ("package.json", json.dumps({"scripts": {"start": "node ."}}), "npm start"),
        ("pyproject.toml", "[project]\nname = 'x'\n", "python -m"),
    ],
)
def test_own_code_is_recognised_and_left_to_fill_in(tmp_path: Path, name: str, content: str, hint: str) -> None:
    (tmp_path / name).write_text(content)
    (tmp_path / "openapi.yaml").write_text("openapi: 3.1.0\n")
    text, left, checks = write(tmp_path)
    assert hint in text
    assert "contract: openapi.yaml" in text
    assert len(left) == 1
    assert checks == ["it answers"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "tests/integration").mkdir(parents=True)
    (tmp_path / "tests/integration/first.yaml").write_text("mine")
    assert [path.name for path in begin(tmp_path, SHEETS).files] == ["dovetail.yaml"]
    (tmp_path / "dovetail.yaml").write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        begin(tmp_path, SHEETS)


def test_a_folder_that_can_never_be_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there can be no .*File name too long"):
        begin(tmp_path / ("x" * 5000), SHEETS)


def test_a_compose_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: [")
    with pytest.raises(UsageError, match="cannot be read"):
        begin(tmp_path, SHEETS)
