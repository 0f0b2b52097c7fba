"""The judge: what was expected against what came, as counted expectations and mismatches; called by the engine.

An object without keys asks nothing and counts 0 (`exact: {}` or `<empty>` ask for an empty one); `each` over an empty
list is a mismatch. An object whose keys are all rules is judged by them, every other object is contained.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from dovetail.check.case import ABSENT, OBJECT, Case, Judgement, Seen, Spot
from dovetail.check.compare import compare_list, compare_object
from dovetail.check.display import Phrase, kind_of, show
from dovetail.check.equality import is_same
from dovetail.check.kind import KINDS
from dovetail.check.rule.table import COMPANIONS, RULES, is_rules
from dovetail.errors.nearest import nearest
from dovetail.model.data import LISTS, PLAIN, Data, Path


def judge(expected: Data, actual: Data, path: Path = (), origin: Data = None) -> Judgement:
    """Weigh one expectation; `path` is what the answer is called, `origin` the expectation as read, with its places.

    A SuiteError tells of an expectation that is written wrong.
    """
    case = Case(weigh, actual, expected if origin is None else origin, path)
    weigh(case, expected, actual, None)
    return case.judgement()


def judge_answer(expected: Mapping[str, Data], facets: Mapping[str, Data], origin: Data = None) -> Judgement:
    """Weigh what stands behind `expect`: its keys are facets of the answer, never rules."""
    case = Case(weigh, facets, expected if origin is None else origin, ())
    compare_object(case, expected, facets, None, weigh)
    return case.judgement()


def weigh(case: Case, expected: Data, actual: Seen, spot: Spot) -> None:
    """Weigh one written value, whatever it is."""
    if type(expected) in PLAIN:
        _weigh_plain(case, expected, actual, spot)
    elif isinstance(expected, str):
        if expected in KINDS:
            kind = KINDS[expected]
            case.settle(spot, Phrase(f"{expected}, {kind.doc}"), actual, holds=kind.holds(actual))
        else:
            _weigh_plain(case, expected, actual, spot)
    elif isinstance(expected, OBJECT):
        if is_rules(expected):
            _weigh_rules(case, expected, actual, spot)
        else:
            compare_object(case, expected, actual, spot, weigh, is_whole=case.is_whole)
            if actual is not ABSENT and not isinstance(actual, Mapping):
                _name_rule(case, expected)
    elif isinstance(expected, LISTS):
        compare_list(case, expected, actual, spot, weigh)
    else:
        _weigh_plain(case, expected, actual, spot)


def _weigh_plain(case: Case, expected: Data, actual: Seen, spot: Spot) -> None:
    case.evaluated += 1
    if actual is ABSENT or not is_same(expected, actual):
        case.miss(spot, expected, actual, _explain(expected, actual))


def _weigh_rules(case: Case, rules: Mapping[str, Data], actual: Seen, spot: Spot) -> None:
    for name in rules:
        rule = RULES.get(name)
        if rule is None:
            continue
        mistake = rule.mistake(rules)
        if mistake:
            case.refuse((spot, None, name), mistake, f"for example {rule.example}")
        if actual is ABSENT and not rule.judges_absence:
            case.settle((spot, None, name), Phrase(f"{name} {show(rules[name])}"), ABSENT, holds=False)
            continue
        before = len(case.misses)
        rule.weigh(case, rules, actual, spot)
        if len(case.misses) > before and isinstance(actual, Mapping) and name in actual:
            _name_literal(case, name)


def _name_rule(case: Case, expected: Mapping[str, Data]) -> None:
    """Say which key of an object that met none was probably meant as a rule."""
    for key in expected:
        close = "" if key in RULES else nearest(key, {*RULES, *COMPANIONS}, 0.7)
        if close and close != key:
            last = case.misses[-1]
            case.misses[-1] = replace(last, why=f"{last.why}; {key} is no rule: did you mean {close}?")
            return


def _name_literal(case: Case, name: str) -> None:
    last = case.misses[-1]
    hint = f"the answer has a key {name}: write exact: {{{name}: …}} to mean it"
    case.misses[-1] = replace(last, why=f"{last.why}; {hint}" if last.why else hint)


def _explain(expected: Data, actual: Seen) -> str:
    if actual is ABSENT:
        return ""
    if isinstance(expected, str) and expected[:1] == "<" and expected[-1:] == ">":
        close = nearest(expected, KINDS)
        return f"{expected} is no kind: did you mean {close}?" if close else ""
    kinds = kind_of(expected), kind_of(actual)
    is_plain = kinds[0] == kinds[1] or expected is None or actual is None
    return "" if is_plain else f"{kinds[1]}, not {kinds[0]}"
