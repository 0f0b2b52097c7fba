import pytest

from dovetail.environment.hub import Hub
from dovetail.model.event import Event, LogWritten, ServiceChanged


def test_the_first_listener_hears_what_came_before_it() -> None:
    hub, heard = Hub(lambda: 1.0), list[Event]()
    hub.note("early")
    hub.listen(heard.append)
    hub.note("late")
    assert [getattr(event, "text", "") for event in heard] == ["early", "late"]


def test_a_later_listener_hears_how_each_service_stands() -> None:
    hub, heard = Hub(lambda: 1.0), list[Event]()
    hub.listen(lambda _: None)
    for state in ("starting", "ready"):
        hub.tell(ServiceChanged(1.0, "a", state))
    hub.tell(LogWritten(1.0, "a", "a line"))
    hub.listen(heard.append)
    assert heard == [ServiceChanged(1.0, "a", "ready")]


def test_who_is_forgotten_hears_nothing_more() -> None:
    hub, heard = Hub(lambda: 1.0), list[Event]()
    hub.listen(heard.append)
    hub.forget(heard.append)
    hub.note("unheard")
    assert not heard


def test_what_nobody_listens_to_is_kept_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovetail.environment.hub.LONGEST_BACKLOG", 2)
    hub, heard = Hub(lambda: 1.0), list[Event]()
    for text in ("one", "two", "three"):
        hub.note(text)
    hub.listen(heard.append)
    hub.note("four")
    assert [getattr(event, "text", "") for event in heard] == ["one", "two", "four"]


def test_a_listener_may_go_or_tell_something_itself_as_it_hears() -> None:
    hub, heard = Hub(lambda: 1.0), list[Event]()

    def hear_once(_: Event) -> None:
        hub.forget(hear_once)
        hub.tell(ServiceChanged(1.0, "b", "ready"))

    hub.listen(hear_once)
    hub.listen(heard.append)
    hub.tell(ServiceChanged(1.0, "a", "ready"))
    hub.listen(lambda event: hub.tell(ServiceChanged(1.0, "c", "ready")) if event == heard[1] else None)
    assert [getattr(event, "service", "") for event in heard] == ["b", "a", "c"]
