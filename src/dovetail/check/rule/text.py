"""The rules about texts: match, starts_with, ends_with."""

from collections.abc import Callable

from dovetail.check.case import Case, Seen, Spot
from dovetail.check.display import Phrase, show
from dovetail.check.pattern import compile_pattern, find
from dovetail.check.rule.form import Rule, Rules
from dovetail.errors import SuiteError


def _as_text(value: Seen) -> str | None:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str) else None


def _weigh_match(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    pattern, text = str(rules["match"]), _as_text(actual)
    try:
        holds = text is not None and find(pattern, text)
    except SuiteError as refusal:
        case.refuse(spot, refusal.problems[0].what, refusal.problems[0].now)
    case.settle(spot, Phrase(f"a text that matches {pattern}"), actual, holds=holds)


def _mistake_of_match(rules: Rules) -> str:
    pattern = rules["match"]
    if not isinstance(pattern, str):
        return "match wants a regular expression"
    if not pattern:
        return "match wants a regular expression, an empty one fits every text"
    try:
        compile_pattern(pattern)
    except SuiteError as refusal:
        return refusal.problems[0].what
    return ""


def _weigh_end(name: str, words: str, holds: Callable[[str, str], bool]) -> Callable[[Case, Rules, Seen, Spot], None]:
    def weigh(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
        wanted, text = str(rules[name]), _as_text(actual)
        expected = Phrase(f"a text that {words} {show(wanted)}")
        case.settle(spot, expected, actual, holds=text is not None and holds(text, wanted))

    return weigh


def _mistake_of_end(name: str) -> Callable[[Rules], str]:
    def mistake(rules: Rules) -> str:
        if not isinstance(rules[name], str):
            return f"{name} wants a text"
        return "" if rules[name] else f"{name} wants a text, an empty one fits every text"

    return mistake


RULES = (
    Rule(
        "match",
        "the regular expression is found in the text",
        "{match: '^ORD-[0-9]+$'}",
        _weigh_match,
        _mistake_of_match,
    ),
    Rule(
        "starts_with",
        "the text starts so",
        "{starts_with: ORD-}",
        _weigh_end("starts_with", "starts with", str.startswith),
        _mistake_of_end("starts_with"),
    ),
    Rule(
        "ends_with",
        "the text ends so",
        "{ends_with: .pdf}",
        _weigh_end("ends_with", "ends with", str.endswith),
        _mistake_of_end("ends_with"),
    ),
)
