import pytest

from dovetail.errors import (
    BrokenDovetailError,
    DovetailError,
    NothingSelectedError,
    NotReadyError,
    Problem,
    StageError,
    SuiteError,
    UsageError,
)


def test_a_problem_stands_under_the_users_own_line() -> None:
    problem = Problem("unknown key 'stauts'", "did you mean 'status'?", "checks.yaml", 7, 5, "    stauts: 201", width=6)
    assert str(problem).splitlines() == [
        "checks.yaml:7:5",
        "  7 │     stauts: 201",
        "    │     ^^^^^^",
        "  unknown key 'stauts'",
        "  did you mean 'status'?",
    ]


def test_a_problem_without_a_file_is_a_plain_sentence() -> None:
    assert str(Problem("no checks were found", "write one")) == "no checks were found\nwrite one"


def test_a_place_is_told_as_far_as_it_is_known() -> None:
    assert str(Problem("no end", file="a.sql")).splitlines()[0] == "a.sql"
    assert str(Problem("no end", file="a.sql", line=3)).splitlines()[0] == "a.sql:3"
    assert str(Problem("no end", file="a.sql", line=3, column=7)).splitlines()[0] == "a.sql:3:7"


def test_a_headline_is_where_and_what_on_one_line() -> None:
    assert Problem("no such table\n    app │ evidence", "mend it", "a.sql", 3, 7).headline == "a.sql:3:7: no such table"
    assert Problem("no broker: none is installed").headline == "no broker: none is installed"


def test_an_error_tells_all_its_problems() -> None:
    error = SuiteError(Problem("first"), "second")
    assert [problem.what for problem in error.problems] == ["first", "second"]
    assert str(error) == "first\nsecond"


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [
        (SuiteError, 4),
        (UsageError, 4),
        (NothingSelectedError, 5),
        (StageError, 6),
        (NotReadyError, 6),
        (BrokenDovetailError, 3),
    ],
)
def test_every_branch_of_the_tree_has_its_exit_code(kind: type[DovetailError], exit_code: int) -> None:
    assert kind("told").exit_code == exit_code
