from dovetail.errors import StageError
from dovetail.errors.cause import first_cause


def test_the_first_cause_of_a_group_is_no_group() -> None:
    inner = ValueError("told")
    assert first_cause(ExceptionGroup("a", [ExceptionGroup("b", [inner]), ExceptionGroup("c", [OSError()])])) is inner
    assert first_cause(inner) is inner


def test_a_mistake_of_our_tree_says_more_than_any_other() -> None:
    ours = StageError("the server is gone")
    assert first_cause(ExceptionGroup("a", [OSError(), ExceptionGroup("b", [ours])])) is ours
