import pytest

from dovetail.model.data import Data, Row, Table
from dovetail.model.vocabulary import Word
from dovetail.source.value import KINDS, WrongValueError, convert


def row(*items: Data) -> Row:
    made = Row()
    made.extend(items)
    made.marks.extend((1, 1) for _ in items)
    return made


def table(**items: Data) -> Table:
    made = Table()
    made.update(items)
    return made


@pytest.mark.parametrize(
    ("kind", "written", "read"),
    [
        ("string", "x", "x"),
        ("string", 5, "5"),
        ("number", "2.5", 2.5),
        ("number", 3, 3),
        ("int", "3", 3),
        ("bool", "true", True),
        ("bool", False, False),
        ("condition", True, "true"),
        ("duration", "200ms", 0.2),
        ("duration", 2, 2.0),
        ("size", "64k", 64_000),
        ("share", "1%", 0.01),
        ("list", row(1), row(1)),
        ("inputs", row("a"), row("a")),
        ("names", "one", ("one",)),
        ("names", row("a", 2), ("a", "2")),
        ("texts", table(a=1, b=True, c="d"), {"a": "1", "b": "true", "c": "d"}),
        ("any", None, None),
        ("duration", "{{ delay }}", "{{ delay }}"),
        ("int", "{{ n }}", "{{ n }}"),
    ],
)
def test_a_value_becomes_what_its_word_wants(kind: str, written: Data, read: Data) -> None:
    assert convert(Word("x", kind, "a word"), written) == read


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("string", True),
        *((kind, 10**400) for kind in ("number", "duration", "size", "share")),
        *((kind, "9" * 400 + "e1") for kind in ("number", "duration", "size", "share")),
        *((kind, float("inf")) for kind in ("number", "duration", "size", "share")),
        ("number", float("nan")),
        ("string", Table()),
        ("number", "many"),
        ("int", 1.5),
        ("int", -1),
        ("int", True),
        ("bool", "yes"),
        ("duration", "soon"),
        ("duration", True),
        ("size", Row()),
        ("share", 3),
        ("map", Row()),
        ("list", Table()),
        ("names", Table()),
        ("names", row(Row())),
        ("texts", "x"),
        ("texts", table(a=Row())),
        ("inputs", "x"),
        ("string", None),
        ("map", None),
    ],
)
def test_a_wrong_value_says_what_is_wanted(kind: str, written: Data) -> None:
    with pytest.raises(WrongValueError) as caught:
        convert(Word("size_of_x", kind, "how large it is"), written)
    assert "`size_of_x`" in caught.value.what
    assert caught.value.now


def test_a_choice_that_is_none_names_the_nearest() -> None:
    word = Word("when_broken", "string", "what it does", choices=("degrade", "queue"))
    with pytest.raises(WrongValueError) as caught:
        convert(word, "degrad")
    assert caught.value.what == "`when_broken` cannot be `degrad`"
    assert caught.value.now == "did you mean `degrade`?"


def test_every_kind_says_what_it_wants() -> None:
    assert all(kind.wants for kind in KINDS.values())
