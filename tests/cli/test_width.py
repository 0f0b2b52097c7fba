"""What is told on a terminal is as wide as the terminal."""

import io

import pytest

from dovetail.cli.width import fit, fit_rows

EXCERPT = ["  3 │   app: {run: 'python app.py {{ port }}', redy: GET /health}", f"    │ {' ' * 41}^^^^"]


@pytest.mark.parametrize(
    ("rows", "width", "fitted"),
    [
        (["short"], 20, ["short"]),
        (["one two three four"], 10, ["one two", "three four"]),
        (["  one two three four"], 12, ["  one two", "  three four"]),
        (["a" * 25], 10, ["a" * 10, "a" * 10, "a" * 5]),
        (EXCERPT, 80, EXCERPT),
        (EXCERPT, 30, ["  3 │ …t }}', redy: GET /heal…", "    │         ^^^^"]),
        (["  3 │ short", "    │ ^"], 30, ["  3 │ short", "    │ ^"]),
        (["  3 │ aaaaaaaaaaaaaaaaaaaa", "    │ ^"], 16, ["  3 │ aaaaaaaaa…", "    │ ^"]),
        (["  3 │ aaaaaaaaaaaaaaaaaaab", "    │                    ^^^"], 16, ["  3 │ …aaaaaaaab", "    │          ^"]),
    ],
)
def test_rows_are_fitted(rows: list[str], width: int, fitted: list[str]) -> None:
    assert fit_rows(rows, width) == fitted


def test_what_no_terminal_shows_stays_as_it_is() -> None:
    assert fit("a" * 500, io.StringIO()) == "a" * 500
