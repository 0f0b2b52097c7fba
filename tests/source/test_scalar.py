import math

import pytest

from dovetail.source.scalar import resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("FALSE", False),
        ("", None),
        ("~", None),
        ("null", None),
        ("on", "on"),
        ("yes", "yes"),
        ("No", "No"),
        ("off", "off"),
        ("tRUE", "tRUE"),
        ("0", 0),
        ("5", 5),
        ("1024", 1024),
        ("\u0663", "\u0663"),
        ("-12", -12),
        ("-0x1F", "-0x1F"),
        ("+", "+"),
        ("+3", 3),
        ("0x1F", 31),
        ("0o17", 15),
        ("007", "007"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2026-11-20", "2026-11-20"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-1.", -1.0),
        ("1.2.3", "1.2.3"),
        ("-", "-"),
        (".inf", math.inf),
        ("-.inf", -math.inf),
        ("<uuid>", "<uuid>"),
    ],
)
def test_a_plain_scalar_means_what_yaml_1_2_says(text: str, value: object) -> None:
    read = resolve(text)
    assert read == value
    assert type(read) is type(value)


def test_nan_is_a_number() -> None:
    read = resolve(".nan")
    assert isinstance(read, float)
    assert math.isnan(read)


def test_a_number_of_thousands_of_digits_stays_text() -> None:
    assert isinstance(resolve("9" * 5000), str)
