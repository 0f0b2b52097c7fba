import pytest

from dovetail.model.data import Place, Row, Table
from dovetail.source.mistake import Mistakes
from dovetail.source.variable import Variables

VALUES = {"HOST": "db.local", "EMPTY": "", "PORT": "5432"}
HERE = Place("x.yaml", 3, 5)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${HOST}", "db.local"),
        ("http://${HOST}:${PORT}/x", "http://db.local:5432/x"),
        ("${MISSING:-here}", "here"),
        ("${MISSING:-}", ""),
        ("${EMPTY:-here}", "here"),
        ("${HOST:-here}", "db.local"),
        ("${EMPTY}", ""),
        ("$${HOST}", "${HOST}"),
        ("$HOST and $$", "$HOST and $$"),
        ("{{ host }}", "{{ host }}"),
    ],
)
def test_a_text_is_filled(text: str, filled: str) -> None:
    mistakes = Mistakes()
    assert Variables(VALUES, mistakes).text(text, HERE) == filled
    assert not list(mistakes)


def test_a_missing_variable_names_the_nearest_and_its_line() -> None:
    mistakes = Mistakes()
    Variables(VALUES, mistakes).text("${HSOT}", HERE)
    (problem,) = mistakes
    assert (problem.what, problem.line, problem.column) == ("the variable `HSOT` is not set", 3, 5)
    assert problem.now.startswith("did you mean `HOST`?")


def test_a_missing_secret_says_why() -> None:
    mistakes = Mistakes()
    Variables(VALUES, mistakes, {"KEY": "its command ended with 1"}).text("${KEY}", HERE)
    assert [problem.what for problem in mistakes] == ["the variable `KEY` is not set: its command ended with 1"]


@pytest.mark.parametrize("text", ["${", "${a b}", "${X:?no}", "${1X}"])
def test_what_begins_no_variable_is_a_mistake(text: str) -> None:
    mistakes = Mistakes()
    assert Variables(VALUES, mistakes).text(text, HERE) == text
    assert [problem.what for problem in mistakes] == ["`${` begins no variable"]


def test_the_names_that_a_text_lacks_are_listed() -> None:
    assert Variables(VALUES, Mistakes()).missing("${HOST} ${A} ${B:-x} ${C}") == ("A", "C")


def test_tables_and_rows_are_filled_once_however_often_they_are_repeated() -> None:
    row = Row("x.yaml")
    row.append("$${HOST}")
    row.marks.append((1, 1))
    table = Table("x.yaml")
    for key, value in {"a": row, "b": row, "c": "${HOST}"}.items():
        table[key] = value
        table.marks[key] = (1, 1, 1, 4)
    Variables(VALUES, Mistakes()).fill(table)
    assert table == {"a": ["${HOST}"], "b": ["${HOST}"], "c": "db.local"}
