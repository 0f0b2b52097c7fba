"""Which copies an attempt can have met, as a table."""

import pytest

from dovetail.model.event import SliceTaken
from dovetail.model.outcome import Verdict
from dovetail.report.fact import AttemptRecord
from dovetail.report.instance import Instances

SEEN = Instances(("orders", "users", "db", "orders@s1", "users@s1", "orders@s2", "other@s2"))
TOUCHED = frozenset({"orders", "db"})


def attempt(isolation: str, slice_name: str = "") -> AttemptRecord:
    taken = SliceTaken(1.0, "c", 1, slice_name) if slice_name else None
    return AttemptRecord(1, 0, 1.0, 10.0, Verdict.FAILED, isolation=isolation, taken=taken)


@pytest.mark.parametrize(
    ("one", "met"),
    [
        (None, {"orders", "db"}),
        (attempt("shared"), {"orders", "db"}),
        (attempt("slice", "s1"), {"orders@s1", "db"}),
        (attempt("slice", "s2"), {"orders@s2", "db"}),
        (attempt("slice", "s3"), {"orders", "db"}),
        (attempt("slice"), {"orders@s1", "orders@s2", "db"}),
    ],
)
def test_an_attempt_met(one: AttemptRecord | None, met: set[str]) -> None:
    assert SEEN.met(one, TOUCHED) == met
