from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dovetail.check.display import WIDTH, Phrase, first_difference, kind_of, show, show_pair


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        (Decimal("1.50"), "1.50"),
        ("a\nü", '"a\\nü"'),
        (b"a", 'bytes "a"'),
        (b"\xff\x00", "2 bytes ff 00"),
        ({"a": [1, "b", None]}, '{a: [1, "b", null]}'),
        ((), "[]"),
        (datetime(2026, 1, 31, tzinfo=UTC), "2026-01-31T00:00:00+00:00"),
        (Phrase("at least 1"), "at least 1"),
    ],
)
def test_a_value_is_one_short_line(value: object, text: str) -> None:
    assert show(value) == text


@pytest.mark.parametrize("value", ["x" * 10**6, ["x"] * 10**6, {str(n): n for n in range(10**5)}, b"x" * 10**6])
def test_a_long_value_is_cut(value: object) -> None:
    text = show(value)
    assert len(text) <= WIDTH
    assert text.endswith("…") or isinstance(value, bytes)


def test_a_deep_value_is_cut_too() -> None:
    value: object = 1
    for _ in range(500):
        value = [value]
    assert show(value) == "[" * (WIDTH - 1) + "…"


@pytest.mark.parametrize(
    ("one", "other", "spot"), [("abc", "abd", 2), ("", "a", 0), ("abc", "ab", 2), ("same", "same", 4), ("xa", "ya", 0)]
)
def test_the_first_difference(one: str, other: str, spot: int) -> None:
    assert first_difference(one, other) == spot


def test_long_texts_are_cut_around_the_first_difference() -> None:
    same = "x" * 5000
    expected, got, why = show_pair(f"{same}left{same}", f"{same}right{same}")
    assert "left" in expected
    assert "right" in got
    assert max(len(expected), len(got)) <= WIDTH
    assert why == "differs from character 5001 on"


@pytest.mark.parametrize(
    ("expected", "got", "why"),
    [
        ("a", "b", ""),
        ("first\nsecond", "first\nsecand", "differs from line 2, character 4 on"),
        ("x" * 30, "x" * 25, "got ends after character 25"),
        ("x" * 25, "x" * 30, "got goes on after character 25"),
        (1, "x" * 30, ""),
    ],
)
def test_the_spot_is_told(expected: object, got: object, why: str) -> None:
    assert show_pair(expected, got)[2] == why


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (False, "a bool"),
        ("", "a text"),
        (b"", "bytes"),
        ({}, "an object"),
        ([], "a list"),
        (datetime.now(UTC), "a time"),
        (1, "a number"),
    ],
)
def test_a_kind_in_a_testers_words(value: object, words: str) -> None:
    assert kind_of(value) == words
