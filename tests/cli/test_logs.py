"""`dovetail logs` shows what runs now, or what the last run's journal holds."""

from typing import Any

import pytest

from dovetail.cli.logs import lay_out


def test_logs_of_a_running_service_are_shown(running: Any) -> None:
    said = running("logs", "app")
    assert said.code == 0
    assert "app │ app is listening" in said.out
    wrong = running("logs", "ap")
    assert (wrong.code, "did you mean `app`?" in wrong.err) == (4, True)


def test_without_anything_running_the_last_run_is_shown(type_: Any) -> None:
    assert type_("logs").code == 4
    assert type_("run").code == 0
    assert "app │ app is listening" in type_("logs").out
    assert type_("logs", "ap").code == 4
    assert type_("logs", "--follow").code == 6


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("one two three four", None, ["12:00:00 a │ one two three four"]),
        ("  one  two", 23, ["12:00:00 a │   one  two"]),
        ("one two three four five six seven", 40, ["12:00:00 a │ one two three four five six", " " * 13 + "seven"]),
        ("one two three four", 22, ["12:00:00 a │ one two", "  three four"]),
        ("\x1b[31mone two three four\x1b[0m", 22, ["12:00:00 a │ \x1b[31mone two three four\x1b[0m"]),
    ],
)
def test_lines_are_folded_on_a_terminal_but_for_their_colours(text: str, width: int | None, rows: list[str]) -> None:
    assert lay_out("12:00:00 a │ ", text, width) == rows
