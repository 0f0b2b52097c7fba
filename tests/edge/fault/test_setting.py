import pytest

from dovetail.edge.fault.catalog import FAULTS
from dovetail.edge.fault.setting import read_directions, read_needed, read_number, read_share
from dovetail.edge.flow import Direction
from dovetail.edge.vocabulary import FAULT_WORDS
from dovetail.errors import SuiteError
from dovetail.model.data import Data

SAMPLES = {"number": 0.5, "duration": 0.2, "size": 10, "bool": True}


@pytest.mark.parametrize("value", [-1, "fast", True, [1]])
def test_what_is_no_number_is_told(value: Data) -> None:
    with pytest.raises(SuiteError, match="delay must be a number"):
        read_number({"delay": value}, "delay")


def test_a_share_lies_between_0_and_1() -> None:
    assert read_share({}, "probability") == 1.0
    with pytest.raises(SuiteError, match="between 0 and 1"):
        read_share({"probability": 1.5}, "probability")


def test_what_is_needed_must_be_there() -> None:
    with pytest.raises(SuiteError, match="rate must be given"):
        read_needed({"rate": 0}, "rate")


def test_a_direction_is_one_of_three_words() -> None:
    assert read_directions({}) == (Direction.ANSWER,)
    assert read_directions({"to": "both"}) == (Direction.REQUEST, Direction.ANSWER)
    with pytest.raises(SuiteError, match="request, answer, both"):
        read_directions({"to": "sideways"})


def test_every_word_has_its_fault_and_takes_its_short_form() -> None:
    assert {word.name for word in FAULT_WORDS} == set(FAULTS)
    for word in FAULT_WORDS:
        assert word.value is not None
        assert FAULTS[word.name]({word.value.name: SAMPLES[word.value.kind]}).directions
