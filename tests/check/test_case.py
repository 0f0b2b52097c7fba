import pytest

from dovetail.check.case import ABSENT, Case, answer_path, written_path
from dovetail.check.judge import weigh
from dovetail.errors import SuiteError
from dovetail.model.data import NOWHERE


def test_the_two_paths_part_inside_of_a_rule() -> None:
    spot = ((((None, "items", "items"), None, "each"), 3, None), "sku", "sku")
    assert answer_path(spot) == ("items", 3, "sku")
    assert written_path(spot) == ("items", "each", "sku")


def test_a_trial_leaves_no_trace() -> None:
    case = Case(weigh, 1, None, ())
    trial = case.try_out(2, 1, None)
    assert (trial.evaluated, len(trial.misses)) == (1, 1)
    assert case.judgement().holds
    assert case.judgement().evaluated == 0


def test_settling_counts_and_notes_only_what_does_not_hold() -> None:
    case = Case(weigh, 1, None, ("json",))
    case.settle(None, 1, 1, holds=True)
    case.settle((None, "id", "id"), 1, ABSENT, holds=False)
    judgement = case.judgement()
    assert judgement.evaluated == 2
    assert [(one.path, one.got, one.place) for one in judgement.mismatches] == [("json.id", "absent", NOWHERE)]


def test_a_refusal_is_an_error_of_the_suite() -> None:
    with pytest.raises(SuiteError, match="wrong"):
        Case(weigh, 1, None, ()).refuse(None, "wrong", "do this")
