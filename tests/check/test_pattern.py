import pytest

from dovetail.check.pattern import compile_pattern, find
from dovetail.errors import SuiteError


@pytest.mark.parametrize(("pattern", "text", "expected"), [("b", "abc", True), ("^b", "abc", False), ("", "", True)])
def test_a_pattern_is_found_anywhere(pattern: str, text: str, expected: object) -> None:
    assert find(pattern, text) is expected


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(SuiteError, match="no regular expression"):
        compile_pattern("(")


def test_a_search_without_end_is_refused() -> None:
    with pytest.raises(SuiteError, match="repetition inside a repetition"):
        find("(x+x+)+y", "x" * 5000)
