from pathlib import Path

import pytest

from dovetail.errors import SuiteError
from dovetail.model.data import Place
from dovetail.source.mistake import Mistakes


def test_without_a_mistake_nothing_is_raised() -> None:
    Mistakes().raise_all()


def test_mistakes_come_in_the_order_of_the_files(tmp_path: Path) -> None:
    mistakes = Mistakes()
    for line in (9, 2, 4):
        mistakes.add(Place(str(tmp_path / "x"), line), f"wrong {line}")
    with pytest.raises(SuiteError) as caught:
        mistakes.raise_all()
    assert [problem.line for problem in caught.value.problems] == [2, 4, 9]


def test_the_same_mistake_is_told_once() -> None:
    mistakes = Mistakes()
    mistakes.add(Place("x", 1), "wrong")
    mistakes.add(Place("x", 1), "wrong")
    assert len(mistakes) == 1


def test_the_line_and_the_width_of_its_word_are_shown(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("services:\n  orders: {owenr: me}\n")
    mistakes = Mistakes()
    mistakes.add(Place(str(file), 2, 12), "no key `owenr`", "did you mean `owner`?")
    with pytest.raises(SuiteError) as caught:
        mistakes.raise_all()
    assert str(caught.value).splitlines()[1:3] == ["  2 │   orders: {owenr: me}", "    │            ^^^^^"]


@pytest.mark.parametrize(("told", "last"), [(20, "wrong"), (21, "and 1 more mistake"), (25, "and 5 more mistakes")])
def test_more_than_twenty_are_counted_not_shown(told: int, last: str) -> None:
    mistakes = Mistakes()
    for line in range(told):
        mistakes.add(Place("x", line + 1), "wrong")
    with pytest.raises(SuiteError) as caught:
        mistakes.raise_all()
    assert len(caught.value.problems) == min(told, 21)
    assert caught.value.problems[-1].what == last


def test_a_mistake_without_a_line_marks_one_sign() -> None:
    mistakes = Mistakes()
    mistakes.add(Place("gone", 1), "wrong")
    assert [(problem.text, problem.width) for problem in mistakes] == [("", 1)]


def test_an_endless_word_does_not_flood_the_terminal() -> None:
    mistakes = Mistakes()
    mistakes.add(Place("x", 1), f"there is no {'x' * 500}")
    mistakes.add(Place("x", 2), "y" * 500)
    assert [problem.what for problem in mistakes] == [f"there is no {'x' * 487}…", "y" * 500]
