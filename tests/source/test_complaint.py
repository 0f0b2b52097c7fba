import pytest

from dovetail.source.complaint import advise


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
