import inspect

import pytest

from dovetail.environment.order import decode, encode
from dovetail.environment.request import ON_THE_STAGE, read_arguments, read_result
from dovetail.environment.stage import LockWish, LogLine, Stage
from dovetail.errors import BrokenDovetailError


def test_everything_the_stage_offers_travels_with_its_arguments() -> None:
    offered = {
        name: len(inspect.signature(method).parameters) - 1
        for name, method in inspect.getmembers(Stage, inspect.isfunction)
        if not name.startswith("_") and name not in {"listen", "leave"}
    }
    assert {name: len(signature.arguments) for name, signature in ON_THE_STAGE.items()} == offered


def test_arguments_become_our_values() -> None:
    wish = LockWish(frozenset({"service:a"}), frozenset({"edge:a -> b"}))
    assert read_arguments("lock", decode(list, encode(("me", wish)))) == ("me", wish)


def test_results_become_our_values() -> None:
    lines = (LogLine(1.0, "a", "text"),)
    assert read_result("logs", decode(list, encode(lines))) == lines
    assert read_result("lift", None) is None


@pytest.mark.parametrize(("method", "raw"), [("explode", []), ("lift", []), ("lift", "text")])
def test_what_the_stage_does_not_offer_is_refused(method: str, raw: object) -> None:
    with pytest.raises(BrokenDovetailError, match=method):
        read_arguments(method, raw)
