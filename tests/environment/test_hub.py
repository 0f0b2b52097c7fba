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
