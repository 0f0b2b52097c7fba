"""The mistake behind a group of mistakes."""

from dovetail.engine.cause import first_cause


def test_the_first_cause_of_a_group_is_no_group() -> None:
    inner = ValueError("x")
    assert first_cause(ExceptionGroup("a", [ExceptionGroup("b", [inner]), OSError()])) is inner
    assert first_cause(inner) is inner
