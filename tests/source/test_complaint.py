import pytest
import yaml

from dovetail.source.complaint import advise, explain
from dovetail.source.mistake import Mistakes


@pytest.mark.parametrize(
    ("problem", "character", "what"),
    [
        ("found character that cannot start any token", "\t", "a tab cannot indent"),
        ("found character that cannot start any token", "`", "``` cannot begin a value"),
        ("mapping values are not allowed in this context", ":", "a colon has no place here"),
        ("found unknown escape character", "q", "this escape is not known"),
        ("something the parser never said before", "x", "this is not YAML: something the parser never said before"),
    ],
)
def test_each_complaint_is_said_for_people_with_what_to_do(problem: str, character: str, what: str) -> None:
    said, now = advise(problem, character)
    assert said == what
    assert now


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("steps:\n - sql: select 1\n    expect: {}\n", 3, 5, "`expect` begins deeper than the key above it"),
        ("name: a claim: and more\n", 1, 14, "a colon has no place here"),
    ],
)
def test_a_key_that_is_indented_too_far_is_named_where_it_begins(text: str, line: int, column: int, what: str) -> None:
    mistakes = Mistakes()
    with pytest.raises(yaml.YAMLError) as caught:
        yaml.safe_load(text)
    explain(caught.value, "nowhere.yaml", text, mistakes)
    (problem,) = mistakes
    assert (problem.line, problem.column, problem.what) == (line, column, what)
