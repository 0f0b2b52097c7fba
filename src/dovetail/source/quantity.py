"""Numbers, durations, sizes and shares as people write them; every reader of a user's file or option calls this.

The patterns are those of the editor schema too: digits are ASCII, blanks may stand around.
"""

import math
import re
from sys import float_info

LARGEST = float_info.max
NUMBER = r"[0-9]+(?:\.[0-9]+)?"
WHOLE = r"\+?[0-9]+|-0+"
SIGNED = rf"[-+]?{NUMBER}(?:[eE][-+]?[0-9]+)?"
PART = rf"({NUMBER})\s*(us|µs|ms|s|m|h|d)"
DURATION = rf"{NUMBER}|(?:{PART}\s*)+"
DURATIONS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
SIZE = rf"({NUMBER})\s*(?:([kKmMgGtT])([iI])?)?[bB]?"
SIZES = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
SHARE = r"0*(?:100(?:\.0+)?|[0-9]{1,2}(?:\.[0-9]+)?)\s*%|0*1(?:\.0+)?|0+(?:\.[0-9]+)?"


def parse_duration(written: str | float) -> float:
    """Return seconds for `200ms`, `2s`, `1m30s` or a number of seconds; raises ValueError."""
    if not isinstance(written, str):
        return positive(written)
    text = written.strip()
    if not re.fullmatch(DURATION, text):
        raise ValueError(f"{written!r} is no duration")
    parts = re.findall(PART, text) or [(text, "s")]
    return positive(math.fsum(float(amount) * DURATIONS[unit] for amount, unit in parts))


def parse_size(written: str | float) -> int:
    """Return bytes for `64k`, `1MB` (thousands), `64KiB` (of 1024) or a number of bytes; raises ValueError."""
    if not isinstance(written, str):
        return int(positive(written))
    found = re.fullmatch(SIZE, written.strip())
    if found is None:
        raise ValueError(f"{written!r} is no size")
    step = 1024 if found[3] else 1000
    return int(positive(float(found[1]) * step ** SIZES[(found[2] or "").lower()]))


def parse_share(written: str | float) -> float:
    """Return the share for `0.1%` or a number from 0 to 1; raises ValueError."""
    if not isinstance(written, str):
        share = positive(written)
        if share > 1:
            raise ValueError(f"{written!r} is more than the whole")
        return share
    text = written.strip()
    if not re.fullmatch(SHARE, text):
        raise ValueError(f"{written!r} is no share of the whole")
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


def parse_number(written: str) -> int | float:
    """Return the number that a text holds, whole where it is written so; raises ValueError."""
    text = written.strip()
    if re.fullmatch(SIGNED, text) is None:
        raise ValueError(f"{written!r} is no number")
    number = float(text) if any(sign in text for sign in ".eE") else int(text)
    if not -LARGEST <= number <= LARGEST:
        raise ValueError(f"{written!r} is too large")
    return number


def positive(number: float) -> float:
    if isinstance(number, bool) or not 0 <= number <= LARGEST:
        raise ValueError(f"{number!r} is no amount")
    return float(number)
