"""How a plain scalar of a user's file becomes a value: YAML 1.2, where `on`, `yes` and a leading zero stay text."""

import re

from dovetail.model.data import Scalar

WORDS: dict[str, Scalar] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
WORD_STARTS = frozenset(word[:1] for word in WORDS)
SIGNS = frozenset("+-")
NUMBER_STARTS = frozenset("0123456789.") | SIGNS
STARTS = WORD_STARTS | NUMBER_STARTS
LONGEST = 1000
BASES = frozenset(("0o", "0x"))
BASED = r"0o[0-7]{1,999}|0x[0-9a-fA-F]{1,999}"
SIGNED = r"[-+](?:0|[1-9][0-9]{0,999})"
FLOAT = r"[-+]?(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|(?:0|[1-9][0-9]*)(?:\.[0-9]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+))"


def resolve(text: str) -> Scalar:
    """Return what a plain `text` means; everything that is no other scalar is text."""
    start = text[:1]
    if start in NUMBER_STARTS:
        if text.isdecimal() and text.isascii():
            return int(text) if (start != "0" or text == "0") and len(text) <= LONGEST else text
        if re.fullmatch(FLOAT, text):
            return float(text)
        if text[:2] in BASES and re.fullmatch(BASED, text):
            return int(text, 0)
        if start in SIGNS and re.fullmatch(SIGNED, text):
            return int(text)
    if start in WORD_STARTS:
        return WORDS.get(text, text)
    return text
