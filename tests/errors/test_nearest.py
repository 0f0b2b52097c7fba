import pytest

from dovetail.errors.nearest import nearest, suggest


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("owenr", "owner"),
        ("Expect", "expect"),
        ("when-broken", "when_broken"),
        ("exepct", "expect"),
        ("nuow", ""),
        ("ownre", "owner"),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_the_nearest_word_is_the_one_meant(word: str, meant: str) -> None:
    assert nearest(word, ["owner", "expect", "when_broken", "within"]) == meant


def test_without_a_near_word_the_known_ones_are_listed() -> None:
    assert suggest("zzz", ["b", "a"]) == "known here: a, b"


def test_a_long_list_is_cut() -> None:
    assert suggest("zzz", [f"name{n:02}" for n in range(15)]).endswith("name11 and 3 more")


def test_nothing_known_is_said() -> None:
    assert suggest("x", []) == "none is known here"


def test_swapped_letters_of_a_short_name_are_seen() -> None:
    assert nearest("bd", ["web", "db"]) == "db"


def test_of_two_that_are_as_near_the_one_of_the_same_length_is_meant() -> None:
    assert nearest("rum", ["restart", "resume", "run"]) == "run"


def test_how_near_a_word_must_be_can_be_asked() -> None:
    assert nearest("emayl", ["email"], 0.7) == "email"
    assert not nearest("mail_of", ["email"], 0.7)
