"""What is known of services that ended by themselves."""

import pytest

from dovetail.engine.demise import Demises, is_steered
from dovetail.model.check import Check, Step
from dovetail.model.event import LogWritten, ServiceChanged

ENDED = ServiceChanged(2.0, "app", "failed", detail="app exited with code 7 after it was ready", log=("one", "two", ""))


def test_an_end_is_told_with_its_last_words() -> None:
    demises = Demises()
    demises.hear(LogWritten(1.0, "app", "two"))
    assert demises.tell("app") == ""
    demises.hear(ENDED)
    assert demises.tell("app") == (
        "app exited with code 7 after it was ready, so it was waited for no longer; its last line: two"
    )
    assert demises.tell("app@s1") == ""


@pytest.mark.parametrize("state", ["starting", "ready", "stopped"])
def test_what_somebody_does_to_a_service_is_no_end_for_good(state: str) -> None:
    demises = Demises()
    demises.hear(ENDED)
    demises.hear(ServiceChanged(3.0, "app", state))
    assert demises.tell("app") == ""


@pytest.mark.parametrize(
    ("step", "is_so"),
    [
        (Step("restart", "", "app"), True),
        (Step("kill", "", "{{ victim }}"), True),
        (Step("restart", "", "db"), False),
        (Step("http.request", "app", "app"), False),
    ],
)
@pytest.mark.parametrize("place", ["actions", "cleanup"])
def test_a_check_that_steers_a_service_may_bring_it_back(step: Step, place: str, *, is_so: bool) -> None:
    check = Check("c", "c", "api", (step,)) if place == "actions" else Check("c", "c", "api", (), cleanup=(step,))
    assert is_steered(check, "app") is is_so
