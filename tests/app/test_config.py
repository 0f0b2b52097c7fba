"""Where values come from, and what is said of wrong ones."""

import pytest

from dovetail.app.config import resolve, speak
from dovetail.app.options import BY_NAME, Value, read_value
from dovetail.errors import UsageError
from dovetail.model.data import Table


def test_the_command_line_wins_over_the_variable_over_the_file_over_the_default() -> None:
    settings = resolve(
        {"timeout": "1s"}, {"DOVETAIL_TIMEOUT": "2s", "DOVETAIL_RETRY": "2"}, {"retry": 3, "seed": "x"}, "d.yaml"
    )
    origins = {name: setting.origin for name, setting in settings.by_name.items()}
    assert (settings.number("timeout"), origins["timeout"]) == (1.0, "flag --timeout")
    assert (settings.number("retry"), origins["retry"]) == (2, "variable DOVETAIL_RETRY")
    assert (settings.text("seed"), origins["seed"]) == ("x", "d.yaml, defaults.seed")
    assert (settings.names("report_format"), origins["report_format"]) == (("html",), "default")


def test_every_wrong_value_is_told_at_once_under_its_line() -> None:
    defaults = Table("dovetail.yaml")
    defaults.update({"retry": "often", "timout": "3s"})
    defaults.marks.update({"retry": (9, 3, 9, 10), "timout": (10, 3, 10, 11)})
    with pytest.raises(UsageError) as raised:
        resolve({"timeout": "soon"}, {}, defaults, "dovetail.yaml")
    told = str(raised.value)
    assert "dovetail.yaml:9:10" in told
    assert "dovetail.yaml:10:3" in told
    assert "did you mean `timeout`?" in told
    assert "flag --timeout" in told


@pytest.mark.parametrize(("cores", "agents"), [(1, 4), (2, 4), (8, 16)])
def test_auto_is_two_agents_a_core_and_at_least_four(cores: int, agents: int) -> None:
    assert resolve({}, {}, {}, "").agents(cores) == agents
    assert resolve({"parallel": "3"}, {}, {}, "").agents(cores) == 3


@pytest.mark.parametrize(
    ("value", "spoken"), [(None, "auto"), (True, "true"), (("a", "b"), "a,b"), (30.0, "30s"), (2, "2"), ("x", "x")]
)
def test_values_are_spoken_as_users_write_them(value: Value, spoken: str) -> None:
    assert speak(value) == spoken


@pytest.mark.parametrize("written", ["500us", "0.1s", "12345.678s", "10000h", "99999999999999999999s"])
def test_a_duration_that_is_spoken_is_read_again_as_it_was(written: str) -> None:
    value = resolve({"timeout": written}, {}, {}, "").by_name["timeout"].value
    assert read_value(BY_NAME["timeout"], speak(value)) == value
