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
    ("json", {"a": [1, None, Decimal("1.5")]}, (), '{"a":[1,null,1.5]}'),
    ("from_json", '{"a": 1}', (), {"a": 1}),
    ("sha256", "a", (), "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
    ("int", "5", (), 5),
    ("float", "1.5", (), 1.5),
    ("bool", "Yes", (), True),
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
)


@pytest.mark.parametrize(("name", "value", "arguments", "result"), APPLIED)
def test_a_filter_makes(name: str, value: Data, arguments: tuple[Data, ...], result: Data) -> None:
    assert FILTERS[name].apply(value, *arguments) == result


@pytest.mark.parametrize(("name", "value", "arguments"), REFUSED)
def test_a_filter_refuses(name: str, value: Data, arguments: tuple[Data, ...]) -> None:
    with pytest.raises((ValueError, TypeError, ArithmeticError)):
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
