"""How times, counts and text from elsewhere are written for people. Used by every format."""

import re

_ESCAPES = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])"
_CONTROLS = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u200e\u200f\u202a-\u202e\u2066-\u2069]"
_LOGIN = r"(//[^:/@\s]*):[^@/\s]*@"
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
_SECOND_MS = 1000
_MINUTE_S = 60
_SHORT_S = 10


def clean(text: str) -> str:
    """Remove what could steer a terminal, break XML or turn text around; new lines and tabs stay."""
    if text.isprintable():
        return text
    return re.sub(_CONTROLS, "", re.sub(_ESCAPES, "", text.replace("\r\n", "\n").replace("\r", "\n")))


def on_one_line(text: str, most: int = 0) -> str:
    """Clean `text` and fold its white space; more than `most` characters are cut with an ellipsis."""
    line = " ".join(clean(text).split())
    return line[: most - 1] + "…" if most and len(line) > most else line


def hide_password(address: str) -> str:
    """Return a URL without the password of its login."""
    return re.sub(_LOGIN, r"\1:***@", address)


def escape(text: str) -> str:
    """Return `text` as HTML and XML hold it, between tags and in attributes."""
    return text.translate(_ENTITIES)


def spell_ms(milliseconds: float) -> str:
    """Write a duration as people say it: 212 ms, 3.1 s, 1 m 15 s."""
    if milliseconds < _SECOND_MS:
        return f"{milliseconds:.0f} ms" if milliseconds >= 1 or milliseconds == 0 else f"{milliseconds:.1f} ms"
    seconds = milliseconds / _SECOND_MS
    if seconds < _MINUTE_S:
        return f"{seconds:.1f} s" if seconds < _SHORT_S else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), _MINUTE_S)
    return f"{minutes} m {rest} s"


def spell_count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
