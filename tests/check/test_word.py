import subprocess
import sys
from types import ModuleType

import pytest

import dovetail
from dovetail.check import word
from dovetail.check.judge import judge
from dovetail.check.kind import KINDS
from dovetail.check.rule.table import RULES
from dovetail.model.data import Data


def own_names(module: ModuleType) -> set[str]:
    return {
        name
        for name, value in vars(module).items()
        if (isinstance(value, str) and value in KINDS) or getattr(value, "__module__", "") == module.__name__
    }


def test_the_package_hands_every_word_on() -> None:
    words = own_names(word)
    assert words <= set(dovetail.__all__)
    assert all(getattr(dovetail, name) is getattr(word, name) for name in words)


def test_every_kind_is_a_word() -> None:
    assert {value for value in vars(word).values() if isinstance(value, str) and value in KINDS} == set(KINDS)


def test_every_rule_is_a_word() -> None:
    assert {name.rstrip("_") for name, value in vars(word).items() if callable(value)} >= RULES.keys()


def test_an_unknown_word_is_no_attribute() -> None:
    name = "nothing_such"
    with pytest.raises(AttributeError, match=name):
        getattr(dovetail, name)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (word.uuid, "7f2c1d34-0b0f-4b8a-9d3c-2f1a9c3d4e5f"),
        (word.match("^a"), "abc"),
        (word.contains("b"), "abc"),
        (word.contains(1, 2), [3, 2, 1]),
        (word.starts_with("a"), "abc"),
        (word.ends_with("c"), "abc"),
        (word.between(1, 3), 2),
        (word.at_least(1), 1),
        (word.at_most(1), 1),
        (word.more_than(1), 2),
        (word.less_than(1), 0),
        (word.near(19.98, within=0.01), 19.98),
        (word.near(0.3), 0.1 + 0.2),
        (word.one_of(1, 2), 2),
        (word.not_(word.null), 1),
        (word.length(word.at_least(1)), "a"),
        (word.each(word.integer), [1, 2]),
        (word.any_order(1, 2), [2, 1]),
        (word.unique(), [1, 2]),
        (word.unique("id"), [{"id": 1}, {"id": 2}]),
        (word.sorted_(), [1, 2]),
        (word.sorted_(order="descending"), [2, 1]),
        (word.sorted_("n", order="descending"), [{"n": 2}, {"n": 1}]),
        ({"a": 1, "b": word.same_as("a")}, {"a": 1, "b": 1}),
        (word.schema({"type": "integer"}), 1),
        (word.exact({"a": word.string}), {"a": "x"}),
        (word.exactly("<uuid>"), "<uuid>"),
    ],
)
def test_a_word_means_what_yaml_means(written: Data, value: Data) -> None:
    judgement = judge(written, value)
    assert judgement.holds
    assert judgement.evaluated


def test_importing_the_package_loads_nothing() -> None:
    script = "import sys; before = set(sys.modules); import dovetail; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["dovetail"]
