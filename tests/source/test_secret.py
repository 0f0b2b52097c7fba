import sys
from pathlib import Path

import pytest

from dovetail.model.data import Data, Row, Table
from dovetail.source.mistake import Mistakes
from dovetail.source.secret import Secrets, read_secrets


def table(**items: Data) -> Table:
    made = Table("x.yaml")
    for key, value in items.items():
        made[key] = value
        made.marks[key] = (1, 1, 1, 4)
    return made


def read(folder: Path, *items: Data, **variables: str) -> tuple[Secrets, list[str]]:
    row = Row("x.yaml")
    row.extend(items)
    row.marks.extend((1, 1) for _ in items)
    mistakes = Mistakes()
    secrets = read_secrets(row, variables, folder, mistakes)
    return secrets, [problem.what for problem in mistakes]


def test_a_name_alone_comes_from_the_environment(tmp_path: Path) -> None:
    secrets, _ = read(tmp_path, "LOGIN", "OTHER", LOGIN="t0p")
    assert secrets.names == ("LOGIN", "OTHER")
    assert secrets.values == {"LOGIN": "t0p"}


def test_a_file_gives_its_text_without_the_line_end(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t0p\n")
    secrets, _ = read(tmp_path, table(LOGIN=table(file="token")))
    assert secrets.values == {"LOGIN": "t0p"}


def test_a_command_gives_what_it_prints_and_no_shell_sees_it(tmp_path: Path) -> None:
    command = f"{sys.executable} -c 'import sys; print(sys.argv[1:])' '$HOME;x'"
    secrets, _ = read(tmp_path, table(LOGIN=table(command=command)))
    assert secrets.values == {"LOGIN": "['$HOME;x']"}


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    secrets, _ = read(tmp_path, table(LOGIN=table(file="gone")), LOGIN="given")
    assert secrets.values == {"LOGIN": "given"}
    assert not secrets.reasons


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ({"file": "gone"}, "its file gone cannot be read"),
        ({"command": f"{sys.executable} -c 'raise SystemExit(3)'"}, "its command ended with 3"),
        ({"command": "no-such-program-anywhere"}, "its command failed"),
        ({"command": "'unclosed"}, "its command failed"),
        ({}, "it has neither file nor command"),
    ],
)
def test_a_secret_that_cannot_be_had_has_a_reason(tmp_path: Path, source: dict[str, Data], reason: str) -> None:
    secrets, wrong = read(tmp_path, table(LOGIN=table(**source)))
    assert secrets.values == {}
    assert secrets.reasons["LOGIN"].startswith(reason)
    assert wrong == []


def test_what_is_no_secret_is_a_mistake(tmp_path: Path) -> None:
    assert read(tmp_path, 5)[1] == ["a secret wants a name"]
    assert read(tmp_path, table(LOGIN="x"))[1] == ["the secret LOGIN wants a source"]


def test_values_do_not_stand_in_the_representation(tmp_path: Path) -> None:
    secrets, _ = read(tmp_path, "LOGIN", LOGIN="t0p")
    assert "t0p" not in repr(secrets)
