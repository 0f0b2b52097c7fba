from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from dovetail.check.filter import FILTERS, write_text
from dovetail.check.template import parse_template
from dovetail.model.data import Data

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ID = UUID("7f2c1d34-0b0f-4b8a-9d3c-2f1a9c3d4e5f")

APPLIED: tuple[tuple[str, Data, tuple[Data, ...], Data], ...] = (
    ("default", None, (1,), 1),
    ("default", 0, (1,), 0),
    ("string", 1.5, (), "1.5"),
    ("string", ID, (), str(ID)),
    ("upper", "aß", (), "ASS"),
    ("lower", "A", (), "a"),
    ("trim", " a ", (), "a"),
    ("replace", "a-b-c", ("-", ""), "abc"),
    ("split", "a/b", ("/",), ["a", "b"]),
    ("url", "a b/ü", (), "a%20b%2F%C3%BC"),
    ("from_url", "a%20b", (), "a b"),
    ("base64", "hi?>", (), "aGk/Pg=="),
    ("base64", b"\xff", (), "/w=="),
    ("from_base64", "aGk/Pg==", (), "hi?>"),
    ("from_base64", "aGk_Pg", (), "hi?>"),
    ("from_base64", "aGk+Pg==\n", (), "hi>>"),
    ("from_base64", "aGk-\n Pg", (), "hi>>"),
    ("json", {"a": [1, None, Decimal("1.5")]}, (), '{"a":[1,null,1.5]}'),
    ("from_json", '{"a": 1}', (), {"a": 1}),
    ("sha256", "a", (), "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
    ("int", "5", (), 5),
    ("float", "1.5", (), 1.5),
    *(("bool", word, (), True) for word in ("Yes", "true", "1")),
    *(("bool", word, (), False) for word in ("no", "FALSE")),
    ("bool", "0", (), False),
    ("round", 1.567, (2,), 1.57),
    ("round", 1.5, (), 2),
    ("plus", 1, (2,), 3),
    ("plus", Decimal("1.5"), (0.1,), Decimal("1.6")),
    ("plus", NOON, ("1h",), NOON + timedelta(hours=1)),
    ("plus", "2026-01-31T12:00:00Z", ("1h",), NOON + timedelta(hours=1)),
    ("minus", 3, (1,), 2),
    ("minus", NOON, ("1d",), NOON - timedelta(days=1)),
    ("length", [1, 2], (), 2),
    ("length", "abc", (), 3),
    ("first", [1, 2], (), 1),
    ("last", "ab", (), "b"),
    ("join", [1, "a"], (), "1,a"),
    ("join", [1, "a"], (", ",), "1, a"),
    ("sorted", [2, 1], (), [1, 2]),
    ("distinct", [1, 1.0, {"a": 1}, {"a": 1}], (), [1, {"a": 1}]),
    ("sum", [1, 2], (), 3),
    ("keys", {"a": 1}, (), ["a"]),
    ("values", {"a": 1}, (), [1]),
    ("date", NOON, (), "2026-01-31"),
    ("date", "2026-01-31", ("%d.%m.%Y",), "31.01.2026"),
    ("iso", NOON, (), "2026-01-31T12:00:00+00:00"),
    ("epoch", NOON, (), 1769860800),
    ("epoch_ms", NOON, (), 1769860800000),
)

REFUSED: tuple[tuple[str, Data, tuple[Data, ...]], ...] = (
    ("upper", None, ()),
    ("int", "x", ()),
    ("float", None, ()),
    ("bool", "maybe", ()),
    ("round", "x", ()),
    ("plus", "x", (1,)),
    ("plus", NOON, ("soon",)),
    ("plus", NOON, ("999999999d",)),
    ("length", 1, ()),
    ("first", [], ()),
    ("join", "abc", ()),
    ("sorted", [1, "a"], ()),
    ("sum", ["a"], ()),
    ("keys", [1], ()),
    ("date", "x", ()),
    ("from_json", "{", ()),
    ("from_base64", "\xff", ()),
    ("from_base64", "aGk%Pg==", ()),
    ("from_base64", "a{Gk}", ()),
)


@pytest.mark.parametrize(("name", "value", "arguments", "result"), APPLIED)
def test_a_filter_makes(name: str, value: Data, arguments: tuple[Data, ...], result: Data) -> None:
    assert FILTERS[name].apply(value, *arguments) == result


@pytest.mark.parametrize(("name", "value", "arguments"), REFUSED)
def test_a_filter_refuses(name: str, value: Data, arguments: tuple[Data, ...]) -> None:
    with pytest.raises((ValueError, TypeError, ArithmeticError)):
        FILTERS[name].apply(value, *arguments)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (1, 2, int),
        (1, 2.0, float),
        (2.0, 1, float),
        (0.5, Decimal(1), Decimal),
        (Decimal(1), 1, Decimal),
    ],
)
def test_a_sum_is_as_exact_as_its_parts(one: Data, other: Data, kind: type) -> None:
    assert type(FILTERS["plus"].apply(one, other)) is kind


def test_a_number_that_is_rounded_to_no_digits_is_whole() -> None:
    assert type(FILTERS["round"].apply(1.5)) is int


@pytest.mark.parametrize(
    ("name", "value", "arguments", "reason"),
    [
        ("length", 5, (), "it has no length"),
        ("plus", 1, ("x",), "only numbers"),
        ("plus", "x", (1,), "only numbers"),
        ("plus", "x", ("1h",), "only numbers"),
        ("first", 5, (), "it is no list"),
        ("round", "x", (), "it is no number"),
    ],
)
def test_a_refusal_of_a_filter_says_what_the_value_is_not(
    name: str, value: Data, arguments: tuple[Data, ...], reason: str
) -> None:
    with pytest.raises((ValueError, TypeError), match=reason):
        FILTERS[name].apply(value, *arguments)


def test_every_filter_is_tried() -> None:
    assert {name for name, *_ in APPLIED} == FILTERS.keys()


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_has_a_sentence_and_an_example_that_reads(name: str) -> None:
    assert FILTERS[name].doc
    assert name in [call.name for call in parse_template(FILTERS[name].example).slots[0].filters]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (True, "true"),
        (5, "5"),
        (Decimal("1E+2"), "100"),
        (b"a", "a"),
        (date(2026, 1, 31), "2026-01-31"),
        (timedelta(seconds=1.5), "1.5s"),
        ([1], "[1]"),
        (ID, str(ID)),
    ],
)
def test_a_value_inside_of_a_text(value: Data, text: str) -> None:
    assert write_text(value) == text
