import pytest

from dovetail.check.judge import judge
from dovetail.check.unique import MAKERS, Unique
from dovetail.model.data import Data


def values(seed: str, check: str, attempt: int = 1) -> dict[str, Data]:
    return dict(Unique(seed, check, attempt))


def test_the_same_seed_check_and_attempt_give_the_same() -> None:
    assert values("s", "c", 1) == values("s", "c", 1)


@pytest.mark.parametrize("other", [("t", "c", 1), ("s", "d", 1), ("s", "c", 2)])
@pytest.mark.parametrize("word", sorted(MAKERS.keys() - {"first_name"}))
def test_anything_else_gives_other_values(word: str, other: tuple[str, str, int]) -> None:
    assert values("s", "c", 1)[word] != values(*other)[word]


def test_a_number_behind_a_word_gives_another_value() -> None:
    unique = Unique("s", "c")
    assert len({unique["email"], unique["email_2"], unique["email_3"]}) == 3


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("id", "<uuid>"),
        ("email", "<email>"),
        ("name", {"match": r"^\w+ \w+-[0-9a-f]{12}$"}),
        ("int", {"between": [1, 2**31 - 1]}),
        ("big_int", {"between": [1, 2**53 - 1]}),
        ("phone", {"match": r"^\+1555[0-9]{7}$"}),
        ("word", {"match": "^w[0-9a-f]{12}$"}),
        ("code", {"match": "^[0-9A-F]{10}$"}),
    ],
)
def test_a_value_is_what_it_is_called(word: str, kind: Data) -> None:
    for number in range(50):
        assert judge(kind, Unique("s", str(number))[word]).holds


def test_ten_thousand_checks_share_nothing() -> None:
    for word in ("id", "email", "word", "big_int"):
        assert len({Unique("s", f"check-{number}")[word] for number in range(10_000)}) == 10_000


@pytest.mark.parametrize("word", ["emial", "email_", "email_x", "_2", "nothing_2"])
def test_an_unknown_word_is_a_key_error(word: str) -> None:
    assert word not in Unique("s", "c")
