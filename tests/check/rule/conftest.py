"""One way to ask a rule: what does it say of this value?"""

from collections.abc import Callable

import pytest

from dovetail.check.judge import judge
from dovetail.model.data import Data


@pytest.fixture
def says() -> Callable[[Data, Data], list[tuple[str, str, str]]]:
    """Return path, expected and got of each mismatch."""

    def ask(expected: Data, actual: Data) -> list[tuple[str, str, str]]:
        return [(one.path, one.expected, one.got) for one in judge(expected, actual).mismatches]

    return ask
