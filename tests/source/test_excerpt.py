from pathlib import Path

import pytest

from dovetail.model.data import Place
from dovetail.source.excerpt import Excerpts


@pytest.mark.parametrize(
    ("line", "column", "token"),
    [
        ("version: 1.10", 10, "1.10"),
        ("on: orders -> payments # broken", 5, "orders -> payments"),
        ("{a: b c, d: e}", 5, "b c"),
        ('name: "a, b"', 7, '"a, b"'),
        ("key: value", 1, "key"),
        ("a:", 1, "a"),
    ],
)
def test_the_word_at_a_place_is_found_as_written(tmp_path: Path, line: str, column: int, token: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(f"# first\n{line}\n")
    assert Excerpts().token(Place(str(file), 2, column)) == token


def test_a_tab_is_shown_as_one_column(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a:\tb\n")
    assert Excerpts().line(Place(str(file), 1)) == "a: b"


def test_an_endless_line_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a: " + "x" * 10_000)
    assert Excerpts().line(Place(str(file), 1)) == ""


def test_a_file_that_is_gone_has_empty_lines(tmp_path: Path) -> None:
    assert Excerpts().line(Place(str(tmp_path / "gone"), 1)) == ""


def test_a_line_beyond_the_end_is_empty(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a\n")
    assert Excerpts().line(Place(str(file), 9)) == ""


def test_what_could_steer_a_terminal_is_shown_as_replaced(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a: \x1b[31m \u202e b\n", encoding="utf-8")
    assert Excerpts().line(Place(str(file), 1)) == "a: \N{REPLACEMENT CHARACTER}[31m \N{REPLACEMENT CHARACTER} b"
