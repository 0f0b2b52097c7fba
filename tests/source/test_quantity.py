import pytest

from dovetail.source.quantity import parse_duration, parse_number, parse_share, parse_size


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("200ms", 0.2),
        ("2s", 2.0),
        ("1m30s", 90.0),
        ("1h 5m", 3900.0),
        ("1.5s", 1.5),
        ("250us", 0.00025),
        (3, 3.0),
        ("3", 3.0),
    ],
)
def test_a_duration_is_read_as_seconds(written: str | float, seconds: float) -> None:
    assert parse_duration(written) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("64k", 64_000),
        ("64KiB", 65_536),
        ("1MB", 1_000_000),
        ("1.5kb", 1500),
        ("10", 10),
        (7, 7),
        ("2Gi", 2 * 1024**3),
        ("5B", 5),
    ],
)
def test_a_size_is_read_as_bytes(written: str | float, size: int) -> None:
    assert parse_size(written) == size


@pytest.mark.parametrize(("written", "share"), [("0.1%", 0.001), ("100 %", 1.0), (0.25, 0.25), ("0.5", 0.5)])
def test_a_share_is_read_as_a_part_of_one(written: str | float, share: float) -> None:
    assert parse_share(written) == pytest.approx(share)


@pytest.mark.parametrize(
    ("written", "number"),
    [("5", 5), (" +5 ", 5), ("-0", 0), ("1.50", 1.5), ("-2e3", -2000.0), ("9" * 300, int("9" * 300))],
)
def test_a_number_is_whole_where_it_is_written_so(written: str, number: float) -> None:
    read = parse_number(written)
    assert (type(read), read) == (type(number), number)


@pytest.mark.parametrize("written", ["", "1_000", "nan", "1e400", "9" * 400, "five", "\u0663"])
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"no number|too large"):
        parse_number(written)


@pytest.mark.parametrize("written", ["", "soon", "2 weeks", "s", "-1s", -1, float("nan"), True, "1s2"])
def test_what_is_no_duration_is_refused(written: str | float) -> None:
    with pytest.raises(ValueError, match="no"):
        parse_duration(written)


@pytest.mark.parametrize("written", ["", "big", "1X", "5i", -1, float("inf"), "9" * 300 + "g", 10**400])
def test_what_is_no_size_is_refused(written: str | float) -> None:
    with pytest.raises(ValueError, match="no"):
        parse_size(written)


@pytest.mark.parametrize("written", ["150%", 2, "much", -0.1, "-3%"])
def test_what_is_no_share_is_refused(written: str | float) -> None:
    with pytest.raises(ValueError, match=r"no|more|could not"):
        parse_share(written)
