"""`dovetail logs` shows what runs now, or what the last run's journal holds."""

from typing import Any


def test_logs_of_a_running_service_are_shown(running: Any) -> None:
    said = running("logs", "app")
    assert said.code == 0
    assert "app │ app is listening" in said.out
    wrong = running("logs", "ap")
    assert (wrong.code, "did you mean `app`?" in wrong.err) == (4, True)


def test_without_anything_running_the_last_run_is_shown(type_: Any) -> None:
    assert type_("logs").code == 4
    assert type_("run").code == 0
    assert "app │ app is listening" in type_("logs").out
    assert type_("logs", "ap").code == 4
    assert type_("logs", "--follow").code == 6
