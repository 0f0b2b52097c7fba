from typing import Any

import pytest


@pytest.mark.parametrize("word", ["http.request", "latency", "near", "<uuid>"])
def test_every_word_is_listed(type_: Any, word: str) -> None:
    said = type_("words")
    assert said.code == 0
    assert f"  {word} " in said.out


@pytest.mark.parametrize(
    ("word", "told"),
    [("http", "follow_redirects"), ("redis.set", "ttl"), ("latency", "jitter"), ("near", "within"), ("<uuid>", "UUID")],
)
def test_one_word_is_told_with_its_keys(type_: Any, word: str, told: str) -> None:
    assert told in type_("words", word).out


def test_an_unknown_word_names_the_nearest_one(type_: Any) -> None:
    said = type_("words", "latncy")
    assert said.code == 4
    assert "latency" in said.err
