"""What a rule of the expectation language is; every module of this package makes some, `table` lists them."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import TypeAlias

from msgspec import Struct

from dovetail.check.case import Case, Seen, Spot
from dovetail.model.data import Data

Rules: TypeAlias = Mapping[str, Data]


class Inner(Enum):
    """Where expectations stand inside of what is written behind a rule."""

    NOWHERE = 0
    ITSELF = 1
    ITEMS = 2
    VALUES = 3


class Rule(Struct, frozen=True):
    """`weigh` gets the whole object of rules, so that one rule may read another's word (`near` reads `within`).

    `mistake` says what is wrong with what stands behind the rule, or nothing.
    """

    name: str
    doc: str
    example: str
    weigh: Callable[[Case, Rules, Seen, Spot], None]
    mistake: Callable[[Rules], str] = lambda _: ""
    inner: Inner = Inner.NOWHERE
    judges_absence: bool = False
