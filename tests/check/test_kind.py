from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from dovetail.check.judge import judge
from dovetail.check.kind import KINDS
from dovetail.model.data import Data

HEADER = urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
JWT = f"{HEADER}.e30."
UNSIGNED = [urlsafe_b64encode(text).decode().rstrip("=") + ".e30." for text in (b'{"typ":"JWT"}', b'["alg"]', b"[1]")]

ID = "7f2c1d34-0b0f-4b8a-9d3c-2f1a9c3d4e5f"

SAMPLES: dict[str, tuple[tuple[Data, ...], tuple[Data, ...]]] = {
    "<any>": ((1, None, "", {}), ()),
    "<string>": (("", "a"), (1, None, b"a")),
    "<int>": ((0, -5, Decimal(5)), (True, 1.0, "1", Decimal("5.00"), Decimal("NaN"), Decimal("Infinity"))),
    "<number>": ((0, 1.5, Decimal("1.5")), (True, "1", None)),
    "<bool>": ((True, False), (0, 1, "true", None)),
    "<uuid>": ((ID, UUID(ID), ID.upper()), (UUID(ID).hex, "x", 1, None)),
    "<email>": (
        ("a@b", f"a@{'b' * 318}", "ada.lovell+x@mail.example.com"),
        ("a@", "@b", "a b@c", "a@b@c", "a@b..c", f"a@{'b' * 319}", "", 1),
    ),
    "<url>": (
        ("http://a", "postgres://u:p@h:1/d"),
        ("a.example", "//a.example", "http://", "http://a b", "http://[", 1),
    ),
    "<date>": (("2026-01-31", date(2026, 1, 31)), ("2026-02-30", "2026-01-31T00:00", datetime.now(UTC), 20260131)),
    "<datetime>": (
        ("2026-01-31T12:00:00Z", "2026-01-31 12:00", "2026-01-31T12:00:00.123456+02:00", datetime.now(UTC)),
        ("2026-01-31", "2026-01-31T25:00", "noon", date(2026, 1, 31), 1),
    ),
    "<jwt>": ((JWT, f"{JWT}c2ln"), ("a.b.c", "eyJ9.e30", *UNSIGNED, JWT.replace(".", "", 1), 1)),
    "<base64>": (("aGVsbG8=", "YWI="), ("", "a", "not base64!", "aGVs!bG8=", 1)),
    "<absent>": ((), (None, 0, "")),
    "<null>": ((None,), (0, "", "null")),
    "<empty>": (("", [], {}, (), b""), (None, 0, " ", [0])),
}


def test_every_kind_has_its_samples() -> None:
    assert SAMPLES.keys() == KINDS.keys()


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, (good, _) in SAMPLES.items() for value in good])
def test_it_is_of_the_kind(kind: str, value: Data) -> None:
    assert judge(kind, value).holds


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, (_, bad) in SAMPLES.items() for value in bad])
def test_it_is_not_of_the_kind(kind: str, value: Data) -> None:
    (mismatch,) = judge(kind, value).mismatches
    assert mismatch.expected.startswith(f"{kind}, ")


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"<absent>"}))
def test_what_is_absent_is_of_no_kind_but_absent(kind: str) -> None:
    assert not judge({"a": kind}, {}).holds


def test_a_key_that_is_absent_holds() -> None:
    assert judge({"a": "<absent>"}, {"b": 1}).holds


def test_every_kind_says_what_it_is() -> None:
    assert all(kind.doc for kind in KINDS.values())
