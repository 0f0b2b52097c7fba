import pytest

from dovetail.errors import SuiteError
from dovetail.plugin.placeholder import fill, tighten


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("--port {{ port }}", "--port 8001"),
        ("{{port}}", "8001"),
        ("{{ orders-db.url }}/x", "postgresql://h:1/d/x"),
        ("no names, {single} braces", "no names, {single} braces"),
    ],
)
def test_names_in_braces_are_replaced(text: str, filled: str) -> None:
    assert fill(text, {"port": "8001", "orders-db.url": "postgresql://h:1/d"}) == filled


def test_an_unknown_name_is_told_with_the_nearest_one() -> None:
    with pytest.raises(SuiteError, match="did you mean"):
        fill("{{ prot }}", {"port": "1"})


def test_a_text_with_placeholders_can_be_split_into_words() -> None:
    assert tighten("serve --port {{ port }} {{db.url}}").split() == ["serve", "--port", "{{port}}", "{{db.url}}"]
