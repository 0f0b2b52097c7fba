"""What is wrong with expectations before anything runs: unknown kinds, rules that cannot be; called when planning."""

from collections.abc import Mapping

from dovetail.check.case import OBJECT
from dovetail.check.kind import KINDS
from dovetail.check.route import is_list
from dovetail.check.rule.form import Inner, Rule, Rules
from dovetail.check.rule.table import RULES, is_rules
from dovetail.errors import Problem
from dovetail.errors.nearest import nearest
from dovetail.model.data import NOWHERE, PLAIN, Data, Path, locate

Mistakes = list[tuple[Path, str, str]]


def find_mistakes(expect: Mapping[str, Data]) -> tuple[Problem, ...]:
    """Return a problem for each expectation that could never be judged, at its place in the user's file.

    What still holds `{{ }}` is left to the judge.
    """
    found: Mistakes = []
    _in_values(expect, (), found)
    return tuple(_place(expect, path, what, now) for path, what, now in found)


def _place(expect: Mapping[str, Data], path: Path, what: str, now: str) -> Problem:
    place = locate(expect, path) or NOWHERE
    return Problem(what, now, place.file, place.line, place.column)


def _in_data(written: Data, path: Path, found: Mistakes) -> None:
    if type(written) in PLAIN:
        return
    if isinstance(written, str):
        _in_text(written, path, found)
    elif isinstance(written, OBJECT):
        if is_rules(written):
            _in_rules(written, path, found)
        else:
            _in_values(written, path, found)
    elif is_list(written):
        _in_items(written, path, found)


def _in_values(written: Data, path: Path, found: Mistakes) -> None:
    if isinstance(written, OBJECT):
        for key, value in written.items():
            _in_data(value, (*path, key), found)
    else:
        _in_data(written, path, found)


def _in_items(written: Data, path: Path, found: Mistakes) -> None:
    if is_list(written):
        for index, item in enumerate(written):
            _in_data(item, (*path, index), found)


def _in_text(text: str, path: Path, found: Mistakes) -> None:
    if text[:1] == "<" and text[-1:] == ">" and text not in KINDS:
        close = nearest(text, KINDS, 0.7)
        if close:
            now = f"did you mean {close}? write exactly: for the text itself"
            found.append((path, f"{text} is no kind", now))


def _in_rules(rules: Rules, path: Path, found: Mistakes) -> None:
    for name in rules:
        rule = RULES.get(name)
        if rule is None:
            continue
        mistake = "" if _is_open(rules) else rule.mistake(rules)
        if mistake:
            found.append(((*path, name), mistake, f"for example {rule.example}"))
        else:
            _inside(rule, rules[name], (*path, name), found)


def _inside(rule: Rule, written: Data, path: Path, found: Mistakes) -> None:
    if rule.inner is Inner.ITSELF:
        _in_data(written, path, found)
    elif rule.inner is Inner.ITEMS:
        _in_items(written, path, found)
    elif rule.inner is Inner.VALUES:
        _in_values(written, path, found)


def _is_open(written: Data) -> bool:
    if isinstance(written, str):
        return "{{" in written
    if isinstance(written, Mapping):
        return any(_is_open(value) for value in written.values())
    return is_list(written) and any(_is_open(item) for item in written)
