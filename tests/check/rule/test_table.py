import pytest
import yaml

from dovetail.check.rule.table import COMPANIONS, RULES, is_rules
from dovetail.model.data import Data


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"match": "a"}, True),
        ({"at_least": 1, "at_most": 3}, True),
        ({"near": 1, "within": 2}, True),
        ({"within": 2}, False),
        ({"at_least": 1, "within": 2}, False),
        ({"length": 1, "width": 2}, False),
        ({"a": 1}, False),
        ({}, False),
    ],
)
def test_an_object_of_rules_alone_is_rules(written: dict[str, Data], expected: object) -> None:
    assert is_rules(written) is expected


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_a_sentence_and_an_example_that_is_itself(name: str) -> None:
    rule = RULES[name]
    example = yaml.safe_load(rule.example)
    assert rule.doc
    assert name in example
    assert rule.mistake(example) == ""


def test_companions_stand_beside_a_rule_that_is_there() -> None:
    assert set(COMPANIONS.values()) <= RULES.keys()
    assert not COMPANIONS.keys() & RULES.keys()
