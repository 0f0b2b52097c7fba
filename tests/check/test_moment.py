from datetime import UTC, date, datetime, timedelta

import pytest

from dovetail.check.moment import is_day, is_instant, read_moment, read_span


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("5s", 5),
        ("200ms", 0.2),
        ("1h30m", 5400),
        ("1.5 min", 90),
        ("2d", 172800),
        ("-1h", -3600),
        ("+ 1s", 1),
        ("3us", 3e-6),
        (2.5, 2.5),
        (timedelta(seconds=7), 7),
    ],
)
def test_a_span_is_read(written: object, seconds: float) -> None:
    assert read_span(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["", "5", "5 apples", "s5", "1h x", None, True, "1e9s", 1e300, "9" * 20 + "w", [1]])
def test_what_is_no_span_is_none(written: object) -> None:
    assert read_span(written) is None


@pytest.mark.parametrize(
    "written",
    ["2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00", "2026-01-31 12:00", datetime(2026, 1, 31, 12, tzinfo=UTC)],
)
def test_a_moment_is_read(written: object) -> None:
    assert read_moment(written) == datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize("written", ["2026-01-31", date(2026, 1, 31)])
def test_a_day_is_its_first_moment(written: object) -> None:
    assert read_moment(written) == datetime(2026, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize("written", ["noon", "2026-13-01", "2026-01-31T99:00", 5, None, "20260131"])
def test_what_is_no_moment_is_none(written: object) -> None:
    assert read_moment(written) is None


def test_days_and_instants_are_told_apart() -> None:
    assert is_day("2026-01-31")
    assert not is_day("2026-01-31T00:00")
    assert is_instant("2026-01-31T00:00")
    assert not is_instant("2026-01-31")
