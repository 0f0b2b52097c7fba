"""All rules by name; read by the judge, the grammar and the reference."""

from collections.abc import Mapping

from dovetail.check.rule import list as about_lists
from dovetail.check.rule import order, text, whole
from dovetail.check.rule.form import Rule
from dovetail.model.data import Data

RULES: Mapping[str, Rule] = {rule.name: rule for rule in (*text.RULES, *order.RULES, *about_lists.RULES, *whole.RULES)}

# Words that stand beside a rule and are none themselves.
COMPANIONS: Mapping[str, str] = {"within": "near"}


def is_rules(written: Mapping[str, Data]) -> bool:
    """Tell whether an object is made of rules alone; any other key makes it plain data."""
    is_rule = False
    for key in written:
        if key in RULES:
            is_rule = True
        elif COMPANIONS.get(key) not in written:
            return False
    return is_rule
