"""`dovetail down` proves that nothing is left."""

from typing import Any


def test_what_was_up_is_down_and_nothing_is_left(running: Any) -> None:
    said = running("down")
    assert (said.code, said.out) == (0, "tiny · local is down, nothing is left\n")
    assert running("down").out == "nothing was running\n"
