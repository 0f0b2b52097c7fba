"""What each kind of option takes, as a table."""

import pytest

from dovetail.app.options import BY_NAME, RUN_OPTIONS, WrongValueError, read_value
from dovetail.model.data import Data
from dovetail.report.format import FORMATS


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("timeout", "1m30s", 90.0),
        ("timeout", 5, 5.0),
        ("retry", "2", 2),
        ("parallel", "auto", None),
        ("parallel", 3, 3),
        ("report_format", "html, json,html", ("html", "json")),
        ("report_format", ["junit"], ("junit",)),
        ("failed", "yes", True),
        ("failed", "0", False),
        ("failed", True, True),
        ("seed", 7, "7"),
        ("annotations", "none", "none"),
    ],
)
def test_a_written_value_becomes_the_options_value(name: str, written: Data, value: object) -> None:
    assert read_value(BY_NAME[name], written) == value


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("timeout", "soon"),
        ("timeout", True),
        ("retry", "twice"),
        ("retry", -1),
        ("retry", 1.5),
        ("parallel", "many"),
        ("parallel", "0"),
        ("timeout", 0),
        ("timeout", "0s"),
        ("report_format", "pdf"),
        ("report_format", 3),
        ("failed", "perhaps"),
        ("annotations", "gitlab"),
        ("seed", "a\udcff"),
    ],
)
def test_a_wrong_value_is_refused(name: str, written: Data) -> None:
    with pytest.raises(WrongValueError):
        read_value(BY_NAME[name], written)


def test_every_option_has_a_flag_a_variable_and_a_sentence() -> None:
    for option in RUN_OPTIONS:
        assert option.flag == f"--{option.name.replace('_', '-')}"
        assert option.variable == f"DOVETAIL_{option.name.upper()}"
        assert option.doc


def test_the_formats_are_those_that_can_be_written() -> None:
    assert set(BY_NAME["report_format"].choices) == set(FORMATS)
