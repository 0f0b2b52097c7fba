"""The rules about a value as a whole: one_of, not, exact, exactly, same_as, schema."""

from collections.abc import Mapping
from typing import cast

from dovetail.check.case import ABSENT, Case, Seen, Spot, answer_path
from dovetail.check.compare import compare_list, compare_object
from dovetail.check.display import Phrase, show
from dovetail.check.equality import is_equal, is_same
from dovetail.check.route import follow, parse_route
from dovetail.check.rule.form import Inner, Rule, Rules
from dovetail.check.schema import find_misspelling, find_violations
from dovetail.errors import SuiteError
from dovetail.model.data import Data


def _weigh_one_of(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    wanted = cast("list[Data]", rules["one_of"])
    holds = any(not case.try_out(choice, actual, spot).misses for choice in wanted)
    case.settle(spot, Phrase(f"one of {show(wanted)}"), actual, holds=holds)


def _weigh_not(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    trial = case.try_out(rules["not"], actual, spot)
    case.evaluated += 1
    if not trial.misses:
        case.miss(spot, Phrase(f"not {show(rules['not'])}"), actual)
    elif not trial.evaluated:
        case.miss(spot, Phrase(f"not {show(rules['not'])}"), actual, trial.misses[0].why)


def _weigh_exact(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    wanted, inner, before = rules["exact"], (spot, None, "exact"), case.is_whole
    case.is_whole = True
    if isinstance(wanted, Mapping):
        compare_object(case, wanted, actual, inner, case.weigh, is_whole=True)
    else:
        case.weigh(case, wanted, actual, inner)
    case.is_whole = before


def _weigh_exactly(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    _weigh_literally(case, rules["exactly"], actual, (spot, None, "exactly"))


def _weigh_literally(case: Case, expected: Data, actual: Seen, spot: Spot) -> None:
    if isinstance(expected, Mapping):
        compare_object(case, expected, actual, spot, _weigh_literally, is_whole=True)
    elif isinstance(expected, list | tuple):
        compare_list(case, expected, actual, spot, _weigh_literally)
    else:
        case.settle(spot, expected, actual, holds=actual is not ABSENT and is_same(expected, actual))


def _weigh_same_as(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    route = str(rules["same_as"])
    way = parse_route(route)
    if [str(part) for part in way] == [str(part) for part in answer_path(spot)]:
        case.refuse((spot, None, "same_as"), f"same_as: {route} compares a value with itself", "name another value")
    try:
        other = follow(cast("Data", case.answer), way, "the answer")
    except SuiteError as missing:
        case.evaluated += 1
        case.miss(spot, Phrase(f"the same as {route}"), actual, missing.problems[0].what)
        return
    holds = actual is not ABSENT and is_equal(other, actual)
    case.settle(spot, Phrase(f"the same as {route}, which is {show(other)}"), actual, holds=holds)


def _weigh_schema(case: Case, rules: Rules, actual: Seen, spot: Spot) -> None:
    case.evaluated += 1
    try:
        violations = find_violations(cast("Mapping[str, Data]", rules["schema"]), cast("Data", actual))
    except SuiteError as refusal:
        case.refuse(spot, refusal.problems[0].what, refusal.problems[0].now)
    for path, what in violations:
        here = spot
        for part in path:
            here = (here, part, None)
        case.miss((here, None, "schema"), Phrase("valid against the schema"), follow(cast("Data", actual), path), what)


def _mistake_of_one_of(rules: Rules) -> str:
    return "" if isinstance(rules["one_of"], list | tuple) and rules["one_of"] else "one_of wants a list of choices"


def _mistake_of_schema(rules: Rules) -> str:
    schema = rules["schema"]
    if schema is True or schema == {}:
        return "a schema that asks nothing holds whatever comes"
    if not isinstance(schema, Mapping | bool):
        return "schema wants a JSON Schema, an object"
    word, near = find_misspelling(schema)
    return f"{word} is no word of JSON Schema: did you mean `{near}`?" if word else ""


def _mistake_of_same_as(rules: Rules) -> str:
    if not isinstance(rules["same_as"], str):
        return "same_as wants a path in the same answer, such as json.id"
    try:
        parse_route(rules["same_as"])
    except SuiteError as refusal:
        return refusal.problems[0].what
    return ""


RULES = (
    Rule(
        "one_of",
        "at least one of these fits",
        "{one_of: [204, 404]}",
        _weigh_one_of,
        _mistake_of_one_of,
        Inner.ITEMS,
        judges_absence=True,
    ),
    Rule("not", "it is there, and this does not fit", "{not: <null>}", _weigh_not, inner=Inner.ITSELF),
    Rule(
        "exact",
        "no object in it has a key more",
        "{exact: {id: <uuid>}}",
        _weigh_exact,
        inner=Inner.VALUES,
    ),
    Rule("exactly", "this, taken literally: no kinds, no rules, the whole of it", "{exactly: <uuid>}", _weigh_exactly),
    Rule(
        "same_as",
        "equal to another value of the same answer",
        "{same_as: json.created_at}",
        _weigh_same_as,
        _mistake_of_same_as,
    ),
    Rule("schema", "valid against a JSON Schema", "{schema: {type: object}}", _weigh_schema, _mistake_of_schema),
)
