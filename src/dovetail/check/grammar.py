"""What is wrong with expectations before anything runs: unknown kinds, rules that cannot be; called when planning."""

from collections.abc import Iterator, Mapping

from dovetail.check.kind import KINDS
from dovetail.check.route import is_list
from dovetail.check.rule.form import Inner, Rule, Rules
from dovetail.check.rule.table import RULES, is_rules
from dovetail.errors import Problem
from dovetail.errors.nearest import nearest
from dovetail.model.data import NOWHERE, Data, Path, locate

Written = Iterator[tuple[Path, str, str]]


def find_mistakes(expect: Mapping[str, Data]) -> tuple[Problem, ...]:
    """Return a problem for each expectation that could never be judged, at its place in the user's file.

    What still holds `{{ }}` is left to the judge.
    """
    problems = []
    for path, what, now in _in_values(expect, ()):
        place = locate(expect, path) or NOWHERE
        problems.append(Problem(what, now, place.file, place.line, place.column))
    return tuple(problems)


def _in_data(written: Data, path: Path) -> Written:
    if isinstance(written, str):
        yield from _in_text(written, path)
    elif isinstance(written, Mapping):
        yield from _in_rules(written, path) if is_rules(written) else _in_values(written, path)
    elif is_list(written):
        yield from _in_items(written, path)


def _in_values(written: Data, path: Path) -> Written:
    if isinstance(written, Mapping):
        for key, value in written.items():
            yield from _in_data(value, (*path, key))
    else:
        yield from _in_data(written, path)


def _in_items(written: Data, path: Path) -> Written:
    if is_list(written):
        for index, item in enumerate(written):
            yield from _in_data(item, (*path, index))


def _in_text(text: str, path: Path) -> Written:
    if text[:1] == "<" and text[-1:] == ">" and text not in KINDS:
        close = nearest(text, KINDS, 0.7)
        if close:
            yield path, f"{text} is no kind", f"did you mean {close}? write exactly: for the text itself"


def _in_rules(rules: Rules, path: Path) -> Written:
    for name in rules:
        rule = RULES.get(name)
        if rule is None:
            continue
        mistake = "" if _is_open(rules) else rule.mistake(rules)
        if mistake:
            yield (*path, name), mistake, f"for example {rule.example}"
        else:
            yield from _inside(rule, rules[name], (*path, name))


def _inside(rule: Rule, written: Data, path: Path) -> Written:
    if rule.inner is Inner.ITSELF:
        yield from _in_data(written, path)
    elif rule.inner is Inner.ITEMS:
        yield from _in_items(written, path)
    elif rule.inner is Inner.VALUES:
        yield from _in_values(written, path)


def _is_open(written: Data) -> bool:
    if isinstance(written, str):
        return "{{" in written
    if isinstance(written, Mapping):
        return any(_is_open(value) for value in written.values())
    return is_list(written) and any(_is_open(item) for item in written)
