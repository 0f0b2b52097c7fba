"""What a project remembers between runs."""

from pathlib import Path

import pytest

from dovetail.app.history import History, lay_home
from dovetail.errors import StageError, UsageError
from dovetail.journal.writer import Journal


def test_runs_are_kept_and_the_oldest_go(tmp_path: Path) -> None:
    history = History(str(tmp_path))
    for number in range(5):
        history.begin(f"2026-{number}", kept=3)
    assert [run.id for run in history.runs()] == ["2026-2", "2026-3", "2026-4"]
    assert (tmp_path / ".dovetail/.gitignore").read_text() == "*\n"


def test_a_run_is_found_by_its_beginning_its_end_or_as_the_last(tmp_path: Path) -> None:
    history = History(str(tmp_path))
    history.begin("20261120-aa11", 9)
    history.begin("20261121-bb22", 9)
    assert history.find("").id == "20261121-bb22"
    assert history.find("20261120").id == history.find("aa11").id == "20261120-aa11"
    with pytest.raises(UsageError, match="the last ones are 20261120-aa11, 20261121-bb22"):
        history.find("cc")


def test_without_a_run_it_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="begin with `dovetail run`"):
        History(str(tmp_path)).find("")


def test_what_was_not_played_this_time_stays_unhappy(tmp_path: Path) -> None:
    history = History(str(tmp_path))
    assert history.unhappy() == frozenset()
    history.begin("1", 9)
    history.remember(["a", "b", "c"], ["a", "b"])
    history.remember(["b", "d"], ["d"])
    assert history.unhappy() == {"a", "d"}


def test_a_broken_memory_is_an_empty_one(tmp_path: Path) -> None:
    history = History(str(tmp_path))
    history.begin("1", 9)
    (tmp_path / ".dovetail/unhappy.json").write_text("{")
    assert history.unhappy() == frozenset()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / ".dovetail").write_text("in the way")
    with pytest.raises(StageError, match="cannot be made"):
        History(str(tmp_path)).begin("1", 9)


def test_a_run_that_goes_on_is_not_forgotten(tmp_path: Path) -> None:
    history = History(str(tmp_path))
    journal = Journal(history.begin("1", 9).journal)
    history.begin("2", kept=1)
    assert [run.id for run in history.runs()] == ["1", "2"]
    assert history.forget() == ["run 2"]
    journal.close()
    assert history.forget() == ["run 1"]


def test_a_memory_that_cannot_be_removed_is_told(tmp_path: Path) -> None:
    (tmp_path / ".dovetail/unhappy.json").mkdir(parents=True)
    with pytest.raises(StageError, match="cannot be removed"):
        History(str(tmp_path)).forget()


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / ".dovetail").write_text("in the way")
    with pytest.raises(StageError, match="cannot be made: File exists\nlet Dovetail write beside"):
        lay_home(tmp_path / ".dovetail")
    assert History(str(tmp_path)).forget() == []


def test_everything_can_be_forgotten(tmp_path: Path) -> None:
    history = History(str(tmp_path))
    history.begin("1", 9)
    assert history.forget() == ["run 1"]
    assert history.runs() == []
