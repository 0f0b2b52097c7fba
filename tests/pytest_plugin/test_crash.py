"""Why a test failed is told in one line."""

from pathlib import Path

import pytest

from dovetail.errors import Problem, StageError
from dovetail.pytest_plugin.crash import LONGEST, tell_crash

HERE = Path(__file__)


def raise_elsewhere() -> None:
    int("many")


def test_the_message_stands_behind_the_line_of_the_users_own_file() -> None:
    with pytest.raises(ValueError, match="many") as crash:
        raise_elsewhere()
    told = tell_crash(crash, HERE, HERE.parent)
    line = raise_elsewhere.__code__.co_firstlineno + 1
    assert told == f"test_crash.py:{line}: ValueError: invalid literal for int() with base 10: 'many'"


def test_an_assertion_needs_no_name_and_stands_on_one_line() -> None:
    items = [1, 2, 3]
    with pytest.raises(AssertionError) as crash:
        assert len(items) == 2
    told = tell_crash(crash, HERE, HERE.parent)
    assert ": assert 3 == 2 + where 3 = len([1, 2, 3])" in told
    assert "\n" not in told


def test_of_what_never_passed_the_file_only_the_message_is_told() -> None:
    with pytest.raises(StageError) as crash:
        raise StageError(Problem("the calls cannot be counted", "speak plaintext"))
    assert tell_crash(crash, Path("elsewhere.py"), HERE.parent) == "the calls cannot be counted speak plaintext"


def test_a_fixture_that_is_not_there_is_told_with_those_of_the_environment(request: pytest.FixtureRequest) -> None:
    with pytest.raises(pytest.FixtureLookupError) as crash:
        request.getfixturevalue("letterz")
    told = tell_crash(crash, Path("elsewhere.py"), HERE.parent)
    assert told == "there is no fixture 'letterz'; that of the environment has the system's name, or `environment`"


def test_a_long_message_is_cut() -> None:
    with pytest.raises(ValueError, match=r"x+") as crash:
        raise ValueError("x" * 1000)
    assert len(tell_crash(crash, HERE, HERE.parent)) == LONGEST
