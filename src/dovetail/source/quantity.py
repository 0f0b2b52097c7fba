"""Durations, sizes and shares as people write them; every reader of a user's file or option calls this."""

import math
import re

DURATION = r"(\d+(?:\.\d+)?)\s*(us|µs|ms|s|m|h|d)"
WHOLE_DURATION = rf"(?:{DURATION}\s*)+"
DURATIONS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
SIZE = r"(?i)(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?"
SIZES = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
NUMBER = r"\d+(?:\.\d+)?"


def parse_duration(written: str | float) -> float:
    """Return seconds for `200ms`, `2s`, `1m30s` or a number of seconds; raises ValueError."""
    if isinstance(written, str):
        text = written.strip()
        if re.fullmatch(NUMBER, text):
            return float(text)
        if not re.fullmatch(WHOLE_DURATION, text):
            raise ValueError(f"{written!r} is no duration")
        return math.fsum(float(amount) * DURATIONS[unit] for amount, unit in re.findall(DURATION, text))
    return positive(written)


def parse_size(written: str | float) -> int:
    """Return bytes for `64k`, `1MB` (thousands), `64KiB` (of 1024) or a number of bytes; raises ValueError."""
    if not isinstance(written, str):
        return int(positive(written))
    found = re.fullmatch(SIZE, written.strip())
    if found is None or (found[3] and not found[2]):
        raise ValueError(f"{written!r} is no size")
    step = 1024 if found[3] else 1000
    return int(float(found[1]) * step ** SIZES[found[2].lower()])


def parse_share(written: str | float) -> float:
    """Return the share for `0.1%` or a number from 0 to 1; raises ValueError."""
    if not isinstance(written, str):
        share = positive(written)
    elif written.strip().endswith("%"):
        share = positive(float(written.strip()[:-1])) / 100
    else:
        share = positive(float(written))
    if share > 1:
        raise ValueError(f"{written!r} is more than the whole")
    return share


def positive(number: float) -> float:
    if isinstance(number, bool) or not math.isfinite(number) or number < 0:
        raise ValueError(f"{number!r} is no amount")
    return float(number)
