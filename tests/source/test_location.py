from collections.abc import Callable
from pathlib import Path

from dovetail.errors import Problem
from dovetail.source.location import find_system, find_tests

Write = Callable[[str, str], Path]
ProblemsOf = Callable[..., list[Problem]]


def test_the_file_is_found_from_a_folder_below(write: Write, tmp_path: Path) -> None:
    file = write("dovetail.yaml", "")
    (tmp_path / "a/b").mkdir(parents=True)
    assert find_system(tmp_path / "a/b") == file
    assert find_system(file) == file


def test_the_search_ends_at_the_root_of_the_repository(write: Write, tmp_path: Path, problems_of: ProblemsOf) -> None:
    write("dovetail.yaml", "")
    (tmp_path / "repo/.git").mkdir(parents=True)
    (tmp_path / "repo/sub").mkdir()
    (problem,) = problems_of(find_system, tmp_path / "repo/sub")
    assert "no dovetail.yaml" in problem.what
    assert "dovetail init" in problem.now


def test_the_other_ending_is_told(write: Write, tmp_path: Path, problems_of: ProblemsOf) -> None:
    write("dovetail.yml", "")
    (problem,) = problems_of(find_system, tmp_path)
    assert problem.now == "rename it to dovetail.yaml"


def test_checks_and_python_are_found_in_order_and_hidden_ones_are_not(write: Write, tmp_path: Path) -> None:
    for name in ("b.yaml", "a/c.yml", "test_x.py", "x.py", ".hidden/d.yaml", "__pycache__/test_y.py", "notes.md"):
        write(name, "")
    checks, python = find_tests(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in checks] == ["a/c.yml", "b.yaml"]
    assert [path.name for path in python] == ["test_x.py"]


def test_a_folder_that_is_not_there_has_no_tests(tmp_path: Path) -> None:
    assert find_tests(tmp_path / "gone") == ([], [])
