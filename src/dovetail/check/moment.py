"""Times and durations as users write them (`2026-01-31T12:00:00Z`, `1h30m`), read for rules, kinds and filters."""

import re
from datetime import UTC, date, datetime, timedelta

SPAN = r"(?i)\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|us|µs|s|m|min|h|d|w)(?![a-z])"
SECONDS = {
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 604800.0,
}
DAY = r"\d{4}-\d{2}-\d{2}"
INSTANT = r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}.*"


def read_span(value: object) -> timedelta | None:
    """Return a duration: a number is seconds, a text is like `500ms` or `1h30m`; None where it is neither."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _seconds(value)
    if not isinstance(value, str):
        return None
    text, sign = value.strip(), 1
    if text[:1] in {"-", "+"}:
        text, sign = text[1:], -1 if text[0] == "-" else 1
    span = re.compile(SPAN)
    position, seconds = 0, 0.0
    while position < len(text):
        found = span.match(text, position)
        if found is None:
            return None
        seconds += float(found["number"]) * SECONDS[found["unit"].lower()]
        position = found.end()
    return _seconds(sign * seconds) if text else None


def read_moment(value: object) -> datetime | None:
    """Return a point in time with its zone (UTC where none is said); None where the value is none."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, str) and (is_day(value) or is_instant(value)):
        return read_moment(datetime.fromisoformat(value))
    return None


def _seconds(count: float) -> timedelta | None:
    try:
        return timedelta(seconds=count)
    except (OverflowError, ValueError):
        return None


def is_day(text: str) -> bool:
    """Tell whether the text is a calendar day, `2026-01-31`."""
    return re.fullmatch(DAY, text) is not None and _reads(text)


def is_instant(text: str) -> bool:
    """Tell whether the text is a day with a time of day, as ISO 8601 writes it."""
    return re.fullmatch(INSTANT, text) is not None and _reads(text)


def _reads(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
