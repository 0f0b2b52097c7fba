from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest

from dovetail.journal.line import write_line
from dovetail.journal.mask import Mask
from dovetail.model.event import Event, FaultInjected, LogWritten

HIDDEN = "hunter2/ü+&\"x y'"


def forms() -> list[str]:
    raw = HIDDEN.encode()
    return [
        HIDDEN,
        quote(HIDDEN),
        quote(HIDDEN, safe=""),
        quote(HIDDEN, safe="").lower(),
        quote_plus(HIDDEN),
        b64encode(raw).decode(),
        urlsafe_b64encode(raw).decode(),
    ]


@pytest.mark.parametrize("form", forms())
def test_a_secret_is_masked_in_every_form(form: str) -> None:
    line = LogWritten(1.0, "orders", f"before {form} after")
    assert Mask([HIDDEN]).is_needed(write_line(line))
    assert Mask([HIDDEN]).value(line).line in {"before *** after", "before ***= after", "before ***== after"}


@pytest.mark.parametrize("before", ["", "a", "user:", "ab", "abc"])
@pytest.mark.parametrize("after", ["", "b", "bc", "bcd"])
def test_a_secret_inside_of_longer_base64_is_masked(before: str, after: str) -> None:
    encoded = b64encode(f"{before}correct-horse-battery{after}".encode()).decode()
    masked = Mask(["correct-horse-battery"]).text(f"Basic {encoded}")
    left = masked.removeprefix("Basic ").replace("***", "")
    assert "***" in masked
    assert len(left) <= len(encoded) - 26


def test_keys_and_nested_values_are_masked() -> None:
    fault = FaultInjected(1.0, "l", "a -> b", "http", {"x-hunter22": "hunter22", "n": "1"})
    assert Mask(["hunter22"]).value(fault).settings == {"x-***": "***", "n": "1"}


def test_the_longest_secret_wins() -> None:
    assert Mask(["abc", "abcdef"]).text("abcdef abc") == "*** ***"


def test_without_a_secret_in_it_a_line_needs_no_mask(event: Event) -> None:
    assert not Mask([HIDDEN, "another-secret"]).is_needed(write_line(event))


def test_masking_keeps_an_event_without_secrets_as_it_is(event: Event) -> None:
    assert Mask([HIDDEN]).value(event) == event


def test_empty_and_tiny_secrets_do_not_blot_out_everything() -> None:
    assert Mask(["", "a", "ab"]).text("a cab is a cab") == "a cab is a cab"
